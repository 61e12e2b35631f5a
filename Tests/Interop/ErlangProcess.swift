import ETF
import Foundation
import Synchronization
import TestKit
import Testing

/// An Erlang runtime that carries out commands, a line of Erlang text each; what they are says `peernet_control.erl`.
final class ErlangProcess: Sendable {
  enum Failure: Error {
    /// No result came in time, or the process had ended.
    case noResult(of: String, errors: String)
    /// The command failed over there.
    case crashed(String)
  }

  private struct State: ~Copyable {
    var lastNumber: Int64 = 0
    var waiting: [Int64: CheckedContinuation<Term, any Error>] = [:]
    var told: [Term] = []
    /// What came of a line that has not ended yet.
    var partOfLine: [UInt8] = []
  }

  private let state = Mutex(State())
  // Only asked and signalled once it runs.
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let errors: TemporaryFolder

  /// Waits while as many run as a small machine takes at once.
  init() async throws {
    await Self.places.take()
    errors = try TemporaryFolder()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["erl"] + Self.flags + ["-pa", try ErlangCode.folder.get(), "-run", "peernet_control", "main"]
    process.environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": errors.path]
    process.standardInput = input
    process.standardOutput = output
    try errors.write("errors", "")
    let errorFile = try FileHandle(forWritingTo: errors.url.appending(path: "errors"))
    defer { try? errorFile.close() }
    process.standardError = errorFile
    try process.run()
    // A thread of its own: dispatch sources do not survive the end of a file descriptor reliably.
    Thread.detachNewThread { [weak self, output] in
      while true {
        let bytes = Self.read(output.fileHandleForReading)
        self?.received(bytes)
        if bytes.isEmpty { return }
      }
    }
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    Task { await Self.places.giveBack() }
  }

  private static let places = Places(16)

  /// One scheduler that does not spin, no distribution, no shell; what the runtime has to say goes to stderr.
  private static let flags = [
    "-noinput", "-boot", "start_clean", "+S", "1:1", "+SDcpu", "1:1", "+SDio", "1", "+sbwt", "none", "+sbwtdcpu",
    "none",
    "+sbwtdio", "none", "-kernel", "logger", "[{handler,default,logger_std_h,#{config=>#{type=>standard_error}}}]",
  ]

  // MARK: Commands

  /// Has a node carry out a command, and waits for the result.
  func command(_ node: Atom, _ command: Term, within limit: Duration = .seconds(30)) async throws -> Term {
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    let line = Term.tuple([.integer(number), .atom(node), command])
    let text = TermText.write(line, limits: TermText.Limits(length: 1 << 20))
    let deadline = Task { [weak self] in
      try await Task.sleep(for: limit)
      self?.finish(number, nil, String(decoding: text.prefix(200), as: UTF8.self))
    }
    defer { deadline.cancel() }
    let result = try await withCheckedThrowingContinuation { continuation in
      state.withLock { $0.waiting[number] = continuation }
      do {
        try Self.write(text + [0x0A], to: input.fileHandleForWriting)
      } catch {
        finish(number, nil, String(decoding: text.prefix(200), as: UTF8.self))
      }
    }
    if case .tuple(let elements) = result, elements.count == 2, elements[0] == .atom("crashed") {
      throw Failure.crashed(
        "\(line.text(limits: .init(length: 300))): \(elements[1].text(limits: .init(length: 2_000)))")
    }
    return result
  }

  /// The arguments that came to handles that tell, in order.
  var told: [Term] { state.withLock { $0.told } }

  /// What is there, once something is; nothing at the end.
  private static func read(_ handle: FileHandle) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 65_536) { room, count in
      var result = Glibc.read(handle.fileDescriptor, room.baseAddress, room.count)
      while result < 0 && errno == EINTR {
        result = Glibc.read(handle.fileDescriptor, room.baseAddress, room.count)
      }
      count = max(0, result)
    }
  }

  private static func write(_ bytes: [UInt8], to handle: FileHandle) throws {
    _ = ignoresBrokenPipes
    try handle.write(contentsOf: bytes)
  }

  /// Writing to a process that was killed is an error here, and no signal.
  private static let ignoresBrokenPipes: Void = { _ = Glibc.signal(SIGPIPE, SIG_IGN) }()

  private func finish(_ number: Int64, _ result: Term?, _ command: String = "") {
    let continuation = state.withLock { $0.waiting.removeValue(forKey: number) }
    if let result {
      continuation?.resume(returning: result)
    } else {
      continuation?.resume(throwing: Failure.noResult(of: command, errors: errorText))
    }
  }

  private func received(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else {
      let numbers = state.withLock { Array($0.waiting.keys) }
      for number in numbers { finish(number, nil, "the process ended") }
      return
    }
    let lines = state.withLock { state in
      state.partOfLine += bytes
      var lines = state.partOfLine.split(separator: 0x0A, omittingEmptySubsequences: false)
      state.partOfLine = Array(lines.removeLast())
      return lines
    }
    for line in lines { received(line: Array(line)) }
  }

  private func received(line: [UInt8]) {
    guard case .tuple(let elements)? = try? TermText.parse(line), elements.count == 2 else {
      fatalError("the control process wrote \(String(decoding: line.prefix(1_000), as: UTF8.self))")
    }
    if case .integer(let number) = elements[0] {
      finish(number, elements[1])
    } else {
      state.withLock { $0.told.append(elements[1]) }
    }
  }

  // MARK: The process

  var errorText: String { String(decoding: errors.read("errors") ?? [], as: UTF8.self) }

  private func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Stops it until `resume`, and returns once each of its threads stands still.
  func suspend() async throws {
    signal(SIGSTOP)
    let tasks = "/proc/\(process.processIdentifier)/task"
    try await eventually {
      try FileManager.default.contentsOfDirectory(atPath: tasks).allSatisfy { task in
        let status = try String(contentsOfFile: "\(tasks)/\(task)/stat", encoding: .utf8)
        // PID (NAME) STATE ...
        return status[(status.lastIndex(of: ")") ?? status.startIndex)...].dropFirst(2).first == "T"
      }
    }
  }

  func resume() { signal(SIGCONT) }

  /// Ends it without a chance to say anything, and waits for its end.
  func killNow() async throws {
    signal(SIGKILL)
    try await eventually { !self.process.isRunning }
  }
}

/// Room for so many at once; the others wait, first come, first served.
private actor Places {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ count: Int) { free = count }

  func take() async {
    if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
  }

  func giveBack() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}

/// The peer's code, compiled once a test run.
private enum ErlangCode {
  struct Failure: Error { let text: String }

  /// Where the compiled modules are.
  static let folder = Result { try compile() }

  private static func compile() throws -> String {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Erlang")
    let files = try FileManager.default.contentsOfDirectory(at: sources, includingPropertiesForKeys: nil)
      .map(\.path).filter { $0.hasSuffix(".erl") }.sorted()
    let target = FileManager.default.temporaryDirectory.appending(path: "peernet-erlang-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    compiled.withLock { $0 = target.path }
    atexit { compiled.withLock { try? FileManager.default.removeItem(atPath: $0) } }
    let compiler = Process()
    let output = Pipe()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = ["erlc", "-Werror", "-o", target.path] + files
    compiler.standardOutput = output
    try compiler.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    compiler.waitUntilExit()
    guard compiler.terminationStatus == 0 else { throw Failure(text: text) }
    return target.path
  }
}

/// The folder to remove when the test run ends.
private let compiled = Mutex("")
