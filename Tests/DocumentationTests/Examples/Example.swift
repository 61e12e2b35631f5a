import Foundation
import TestKit

/// One of the examples, started as a process on this computer's loopback interface, with a folder of its own.
final class Example: @unchecked Sendable {
  struct TooLate: Error {
    let waitedFor: String
    let printed: String
  }

  // Only written to and ended once it runs.
  private let process = Process()
  private let input = Pipe()
  private let output: URL
  let folder: TemporaryFolder

  /// Starts it; `FOLDER` among the arguments stands for its folder, which it may share with an earlier run.
  convenience init(_ name: String, _ arguments: String..., folder: TemporaryFolder? = nil) throws {
    try self.init(name, arguments, folder: folder)
  }

  init(_ name: String, _ arguments: [String], folder: TemporaryFolder? = nil) throws {
    let folder = try folder ?? TemporaryFolder()
    self.folder = folder
    output = folder.url.appending(path: "\(UUID().uuidString).out")
    // What a terminal would do: each line is to be read as soon as it is printed.
    process.executableURL = URL(fileURLWithPath: "/usr/bin/stdbuf")
    process.arguments =
      ["-oL", BuiltProgram.path(name)]
      + arguments.map { $0 == "FOLDER" ? folder.path("home") : $0 }
    process.standardInput = input
    try Data().write(to: output)
    let printed = try FileHandle(forWritingTo: output)
    process.standardOutput = printed
    process.standardError = printed
    defer { try? printed.close() }
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  /// Everything printed so far, errors among it.
  var printed: String { String(decoding: (try? Data(contentsOf: output)) ?? Data(), as: UTF8.self) }

  func type(_ line: String) throws { try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8)) }

  func closeInput() throws { try input.fileHandleForWriting.close() }

  /// Waits for a line that holds `text`, and returns it.
  @discardableResult
  func line(with text: String, within limit: Duration = .seconds(60)) async throws -> String {
    let end = ContinuousClock.now + limit
    while true {
      // A line counts when it is whole.
      let lines = printed.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      if let line = lines.first(where: { $0.contains(text) }) { return String(line) }
      guard ContinuousClock.now < end else { throw TooLate(waitedFor: text, printed: printed) }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  /// The 52 characters that it prints of itself.
  func key() async throws -> String {
    let line = try await line(with: " is ")
    return String(line.split(separator: " ").last ?? "")
  }

  /// Its exit code, once it has ended by itself.
  func end(within limit: Duration = .seconds(60)) async throws -> Int32 {
    let end = ContinuousClock.now + limit
    while process.isRunning {
      guard ContinuousClock.now < end else { throw TooLate(waitedFor: "its end", printed: printed) }
      try await Task.sleep(for: .milliseconds(5))
    }
    return process.terminationStatus
  }

  /// Ends it and keeps its folder for the next run.
  func stop() async throws {
    process.terminate()
    _ = try await end()
  }
}
