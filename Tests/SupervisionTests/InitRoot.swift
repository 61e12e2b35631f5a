import Foundation
import TestKit

/// A board's files in a folder of the test's own, and the `boardinit` that runs there: the host's build, or whatever
/// BOARDINIT_COMMAND names in its place (several words are allowed, such as an emulator and the board's binary).
final class InitRoot: Sendable {
  struct TooLate: Error {
    let log: String
    let console: String
  }

  /// How a run ended.
  enum Ending: Equatable {
    case exited(Int32)
    case signalled(Int32)
  }

  private let folder: TemporaryFolder
  var url: URL { folder.url }

  init() throws {
    folder = try TemporaryFolder()
    for name in ["etc/board", "dev", "run", "data"] {
      try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
    }
    for device in ["dev/kmsg", "dev/watchdog"] { try write(device, "") }
    try write("agent.py", Self.agent)
    try script("etc/board/start", "echo prepared")
  }

  func path(_ name: String) -> String { folder.path(name) }

  func write(_ name: String, _ text: String) throws { try folder.write(name, text) }

  func write(_ name: String, _ bytes: [UInt8]) throws { try folder.write(name, bytes) }

  func script(_ name: String, _ body: String) throws {
    try ProgramFile.write("#!/bin/sh\n\(body)\n", to: path(name))
  }

  func read(_ name: String) -> String { string(folder.read(name) ?? []) }

  func size(_ name: String) -> Int { folder.read(name)?.count ?? 0 }

  var log: String { read("data/log/current") }

  func mode(_ name: String) throws -> Int { try folder.mode(name) }

  /// Waits until a line of the log, or of another file, holds that text.
  func wait(for text: String, in file: String = "data/log/current", within limit: Duration = .seconds(30)) async throws
  {
    let end = ContinuousClock.now + limit
    while !read(file).contains(text) {
      guard ContinuousClock.now < end else { throw TooLate(log: log, console: read("dev/kmsg")) }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  /// Starts process 1 without its being process 1.
  func start() throws -> Running { try Running(Self.command() + ["--root", url.path], root: self) }

  /// Starts a program of the host's.
  func start(_ command: [String]) throws -> Running { try Running(command, root: self) }

  /// A run of it, killed with its services when the test is done with it.
  final class Running: @unchecked Sendable {
    // Only asked and signalled once it runs.
    private let process = Process()
    private let root: InitRoot

    fileprivate init(_ command: [String], root: InitRoot) throws {
      self.root = root
      process.executableURL = URL(fileURLWithPath: command[0])
      process.arguments = Array(command.dropFirst())
      process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
      process.standardInput = FileHandle.nullDevice
      try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    var isRunning: Bool { process.isRunning }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    func end(within limit: Duration = .seconds(30)) async throws -> Ending {
      let end = ContinuousClock.now + limit
      while process.isRunning {
        guard ContinuousClock.now < end else { throw TooLate(log: root.log, console: root.read("dev/kmsg")) }
        try await Task.sleep(for: .milliseconds(5))
      }
      return process.terminationReason == .exit
        ? .exited(process.terminationStatus) : .signalled(process.terminationStatus)
    }
  }

  static func command() -> [String] { BuiltProgram.words("boardinit", unless: "BOARDINIT_COMMAND") }

  /// Speaks sd_notify, then does what it was told: `report` for ever, fall `silent`, or have a `stranger` report.
  private static let agent = """
    import os, signal, socket, sys, time
    address = os.environ["NOTIFY_SOCKET"]
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    def tell(text):
        channel.sendto(text, address)
    def bye(number, frame):
        print("agent says bye", flush=True)
        sys.exit(0)
    signal.signal(signal.SIGTERM, bye)
    tell(b"READY=1")
    print("<5>agent is ready, patience", os.environ["WATCHDOG_USEC"], flush=True)
    task, parent = sys.argv[1], os.getppid()
    if task == "stranger" and os.fork() == 0:
        task, parent = "report", os.getppid()
    # Does not outlive a process 1 that the test has killed.
    while os.getppid() == parent:
        if task == "report":
            tell(b"WATCHDOG=1")
        time.sleep(0.2)

    """
}
