import Foundation

/// A `peernetd` that was really started: the host's build, or whatever PEERNETD_COMMAND names in its place (several
/// words are allowed, such as an emulator and the board's binary).
final class DaemonProcess: @unchecked Sendable {
  struct Ended: Equatable {
    let exitCode: Int32
    let output: String
    let errors: String
  }

  struct TooLate: Error { let errors: String }

  // Only asked and signalled once it runs.
  private let process = Process()
  private let output: URL
  private let errors: URL

  /// Starts it in `folder`, into which its stdout and stderr go: files, so that nobody has to drain a pipe.
  init(_ arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:]) throws {
    let run = UUID().uuidString
    output = folder.url.appending(path: "\(run).out")
    errors = folder.url.appending(path: "\(run).err")
    let command = try Self.command()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = command.dropFirst() + arguments
    process.environment = environment
    process.currentDirectoryURL = folder.url
    process.standardInput = FileHandle.nullDevice
    for (file, isOutput) in [(output, true), (errors, false)] {
      guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
        throw CocoaError(.fileWriteUnknown)
      }
      let handle = try FileHandle(forWritingTo: file)
      if isOutput { process.standardOutput = handle } else { process.standardError = handle }
    }
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  /// Starts it and waits for its end.
  static func run(
    _ arguments: String..., in folder: TemporaryFolder, environment: [String: String] = [:]
  ) async throws -> Ended {
    try await DaemonProcess(arguments, in: folder, environment: environment).end()
  }

  var identifier: Int32 { process.processIdentifier }
  var isRunning: Bool { process.isRunning }
  var outputText: String { Self.text(output) }
  var errorText: String { Self.text(errors) }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Waits for the process to end; one that takes longer is killed.
  func end(within limit: Duration = .seconds(20)) async throws -> Ended {
    do {
      try await wait(within: limit) { !self.process.isRunning }
    } catch {
      kill(process.processIdentifier, SIGKILL)
      throw error
    }
    return Ended(exitCode: process.terminationStatus, output: outputText, errors: errorText)
  }

  /// Waits for a line of the log that holds `fragment`, and returns it.
  func line(_ fragment: String, within limit: Duration = .seconds(20)) async throws -> String {
    var found: Substring?
    try await wait(within: limit) {
      found = self.errorText.split(separator: "\n").first { $0.contains(fragment) }
      return found != nil || !self.process.isRunning
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

  private static func command() throws -> [String] {
    let environment = ProcessInfo.processInfo.environment
    var words = (environment["PEERNETD_COMMAND"] ?? "").split(separator: " ").map(String.init)
    if words.isEmpty {
      let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      words = [tests.deletingLastPathComponent().appending(path: "peernetd").path]
    }
    if !words[0].contains("/") {
      let folders = (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
      words[0] =
        folders.map { "\($0)/\(words[0])" }.first { FileManager.default.isExecutableFile(atPath: $0) } ?? words[0]
    }
    return words
  }
}

/// A folder of a test's own, gone with the test.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "peernetd-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  var path: String { url.path }

  func path(_ name: String) -> String { url.appending(path: name).path }

  func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  /// The bytes of a file, nil when there is none.
  func read(_ name: String) -> [UInt8]? {
    (try? Data(contentsOf: url.appending(path: name))).map { Array($0) }
  }

  /// The permission bits of a file.
  func mode(_ name: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path(name))
    return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
  }
}
