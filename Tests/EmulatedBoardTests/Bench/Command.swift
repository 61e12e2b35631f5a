import Foundation

/// A program that was run to its end.
struct Command: Sendable {
  let status: Int32
  let output: String
  let errors: String

  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  /// Runs `words`, the first of which is looked up in the usual folders; kills it when it takes longer than `limit`.
  static func run(
    _ words: [String], environment: [String: String] = [:], input: String? = nil, within limit: Duration = .seconds(60)
  ) async throws -> Command {
    try await withCheckedThrowingContinuation { continuation in
      // Blocking calls stay off the threads that tests share.
      Thread.detachNewThread {
        continuation.resume(with: Result { try wait(words, environment, input, limit) })
      }
    }
  }

  /// Runs `words` and throws what it said when it did not end with 0.
  @discardableResult
  static func demand(
    _ words: [String], environment: [String: String] = [:], input: String? = nil, within limit: Duration = .seconds(60)
  ) async throws -> String {
    let command = try await run(words, environment: environment, input: input, within: limit)
    guard command.status == 0 else {
      throw Failed(
        description: "\(words.joined(separator: " ")) ended with \(command.status): \(command.output)\(command.errors)")
    }
    return command.output
  }

  /// A process of `words` that is not waited for; what it writes goes to the file `log`.
  static func start(_ words: [String], log: String) throws -> Process {
    let process = prepare(words, [:])
    guard FileManager.default.createFile(atPath: log, contents: nil) else { throw CocoaError(.fileWriteUnknown) }
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
    defer { try? handle.close() }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    return process
  }

  private static func prepare(_ words: [String], _ environment: [String: String]) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    let inherited = ProcessInfo.processInfo.environment
    process.environment = [
      "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": inherited["HOME"] ?? "/",
      "LD_LIBRARY_PATH": inherited["LD_LIBRARY_PATH"] ?? "", "LC_ALL": "C.UTF-8",
    ].merging(environment) { $1 }
    return process
  }

  private static func wait(
    _ words: [String], _ environment: [String: String], _ input: String?, _ limit: Duration
  ) throws -> Command {
    let process = prepare(words, environment)
    let (given, output, errors) = (Pipe(), Pipe(), Pipe())
    process.standardInput = input == nil ? FileHandle.nullDevice : given
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let killer = DispatchWorkItem { [weak process] in
      if let process { kill(process.processIdentifier, SIGKILL) }
    }
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Int(limit.components.seconds)), execute: killer)
    defer { killer.cancel() }
    if let input { try given.fileHandleForWriting.write(contentsOf: Data(input.utf8)) }
    try given.fileHandleForWriting.close()
    // What these programs complain about fits a pipe, so that one may be read after the other.
    let data = output.fileHandleForReading.readDataToEndOfFile()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    for handle in [output.fileHandleForReading, errors.fileHandleForReading] { try handle.close() }
    return Command(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: String(decoding: data, as: UTF8.self), errors: String(decoding: said, as: UTF8.self))
  }
}
