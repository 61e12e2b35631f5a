import Foundation
import TestKit

/// A `peernetd` that was really started: the host's build, or whatever PEERNETD_COMMAND names in its place (several
/// words are allowed, such as an emulator and the board's binary).
public final class DaemonProcess: @unchecked Sendable {
  public struct Ended: Equatable, Sendable {
    public let exitCode: Int32
    public let output: String
    public let errors: String

    public init(exitCode: Int32, output: String, errors: String) {
      self.exitCode = exitCode
      self.output = output
      self.errors = errors
    }
  }

  public struct TooLate: Error { public let errors: String }

  // Only asked and signalled once it runs.
  private let process = Process()
  private let output: URL
  private let errors: URL

  /// Starts it in `folder`, into which its stdout and stderr go: files, so that nobody has to drain a pipe. `input` is the
  /// path of a file that it gets as stdin; `words` are a program that becomes it, such as one that enters a namespace.
  public init(
    _ arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:], input: String? = nil,
    by words: [String] = []
  ) throws {
    let run = UUID().uuidString
    output = folder.url.appending(path: "\(run).out")
    errors = folder.url.appending(path: "\(run).err")
    let command = words + BuiltProgram.words("peernetd", unless: "PEERNETD_COMMAND")
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = command.dropFirst() + arguments
    process.environment = environment
    process.currentDirectoryURL = folder.url
    var handles: [FileHandle] = []
    if let input { handles.append(try FileHandle(forReadingFrom: URL(fileURLWithPath: input))) }
    process.standardInput = handles.first ?? FileHandle.nullDevice
    // Whoever starts hundreds of processes cannot keep what they write to open.
    defer { for handle in handles { try? handle.close() } }
    for (file, isOutput) in [(output, true), (errors, false)] {
      guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
        throw CocoaError(.fileWriteUnknown)
      }
      let handle = try FileHandle(forWritingTo: file)
      handles.append(handle)
      if isOutput { process.standardOutput = handle } else { process.standardError = handle }
    }
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  /// Starts it and waits for its end.
  public static func run(
    _ arguments: String..., in folder: TemporaryFolder, environment: [String: String] = [:]
  ) async throws -> Ended {
    try await DaemonProcess(arguments, in: folder, environment: environment).end()
  }

  public var identifier: Int32 { process.processIdentifier }
  public var isRunning: Bool { exitCode == nil }
  public var outputText: String { Self.text(output) }
  public var errorText: String { Self.text(errors) }

  /// What it has written to stderr after the first so many bytes: ASCII.
  public func errorText(from offset: Int) -> String {
    guard let file = try? FileHandle(forReadingFrom: errors) else { return "" }
    defer { try? file.close() }
    guard (try? file.seek(toOffset: UInt64(offset))) != nil, let data = try? file.readToEnd() else { return "" }
    return String(decoding: data, as: UTF8.self)
  }

  public func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// With what it ended, by the kernel's word. Foundation hears of an end by a descriptor that closes then; another child
  /// that is forked at the wrong moment inherits it, and holds it open for as long as it lives.
  private var exitCode: Int32? {
    guard process.isRunning else { return process.terminationStatus }
    var ended = siginfo_t()
    guard waitid(P_PID, id_t(process.processIdentifier), &ended, WEXITED | WNOHANG | WNOWAIT) == 0,
      ended.si_signo == SIGCHLD
    else { return nil }
    return ended._sifields._sigchld.si_status
  }

  /// Waits for the process to end; one that takes longer is killed.
  public func end(within limit: Duration = .seconds(20)) async throws -> Ended {
    var code: Int32?
    do {
      try await wait(within: limit) {
        code = self.exitCode
        return code != nil
      }
    } catch {
      kill(process.processIdentifier, SIGKILL)
      throw error
    }
    return Ended(exitCode: code ?? process.terminationStatus, output: outputText, errors: errorText)
  }

  /// Waits for a line of the log that holds `fragment`, and returns it.
  public func line(_ fragment: String, within limit: Duration = .seconds(20)) async throws -> String {
    var found: Substring?
    try await wait(within: limit) {
      found = self.errorText.split(separator: "\n").first { $0.contains(fragment) }
      return found != nil || !self.isRunning
    }
    guard let found = found ?? errorText.split(separator: "\n").first(where: { $0.contains(fragment) }) else {
      throw TooLate(errors: errorText)
    }
    return String(found)
  }

  private func wait(within limit: Duration, until isDone: () -> Bool) async throws {
    let end = ContinuousClock.now + limit
    while !isDone() {
      guard ContinuousClock.now < end else { throw TooLate(errors: errorText) }
      try await Task.sleep(for: .milliseconds(3))
    }
  }

  private static func text(_ file: URL) -> String {
    String(decoding: (try? Data(contentsOf: file)) ?? Data(), as: UTF8.self)
  }
}
