import ETF
import Foundation
import Linux
import PeerNet
import Sodium

/// The board's own binary, as `make device` leaves it, as a process.
enum ProcessBench {
  private static let native = ".build-x86_64/release/peernetd"
  private static let foreign = ".build-aarch64/release/peernetd"
  private static let emulator = "/usr/bin/qemu-aarch64-static"

  static func run(_ report: inout Report, isQuick: Bool) throws {
    // The board's process inherits it.
    var descriptors = rlimit(rlim_cur: 8_192, rlim_max: 8_192)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &descriptors)
    for (name, path, bound) in [("aarch64", foreign, 1_048_576.0), ("x86_64", native, nil)] {
      guard let size = size(path) else {
        report.skipped("peernetd \(name)", "not built: make device")
        continue
      }
      report.value("peernetd \(name), everything linked in", size, "B", bound.map { .atMost($0) } ?? .none)
    }
    if size(native) != nil {
      try start(report, "start to listening", [native], .atMost(5), isQuick)
      try memory(report, isQuick)
      try wakeUps(report, isQuick)
      try calls(report, isQuick)
    }
    if size(native) != nil, size(Laptop.commandLine) != nil { try coldCall(report, isQuick) }
    if size(foreign) != nil, size(emulator) != nil {
      let floor = try emulatorAlone(isQuick)
      report.value(
        "  the emulator alone, printing a version" + (floor > 50 ? ": too slow" : ""), floor, "ms", .none)
      try start(report, "start to listening, aarch64 emulated", [emulator, foreign], .atMost(50), isQuick)
    }
  }

  private static func size(_ path: String) -> Double? {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int).map { Double($0) }
  }

  private static func start(
    _ report: Report, _ name: String, _ command: [String], _ target: Report.Target, _ isQuick: Bool
  ) throws {
    let board = try AgentProcess(command, trusting: [])
    var samples = Samples()
    for _ in 0..<(isQuick ? 2 : 15) { try board.run { _, start in samples.append(start / 1e6) } }
    report.value(name + ", median", samples.median, "ms", target)
  }

  /// The median in milliseconds of a program under the emulator that does nothing of note.
  private static func emulatorAlone(_ isQuick: Bool) throws -> Double {
    var samples = Samples()
    for _ in 0..<(isQuick ? 2 : 15) {
      samples.append(try elapsed { _ = try Program.output(of: [emulator, foreign, "--version"]) } / 1e6)
    }
    return samples.median
  }

  /// The operator's command line from its start to its end: connect, handshake, call, goodbye.
  private static func coldCall(_ report: Report, _ isQuick: Bool) throws {
    let laptop = try Laptop()
    let board = try AgentProcess([native], trusting: [laptop.publicKey])
    try laptop.pair(with: board)
    var samples = Samples()
    try board.run { _, _ in
      for _ in 0..<(isQuick ? 2 : 20) {
        samples.append(try elapsed { try laptop.call(board) } / 1e6)
      }
    }
    report.value("one admin call by peernet, cold, median", samples.median, "ms", .atMost(25))
  }

  // MARK: Calls

  /// The smallest possible call, many times one after another: how much processor time the board's own process uses for
  /// it.
  private static func calls(_ report: Report, _ isQuick: Bool) throws {
    var random = RandomStream.system()
    let laptop = KeyPair.generate(from: &random)
    let board = try AgentProcess([native], trusting: [laptop.publicKey])
    let client = try Party(laptop, trusting: board.publicKey, listens: false)
    try board.run { process, _ in
      _ = try LoopbackBench.connect(client, board.publicKey, board.endpoint, times: 1)
      let caller = Echo(client, board.publicKey, calling: "agent.whoami")
      _ = try caller.roundTrips(.list([]), count: 100)
      let before = try onProcessor(process)
      let count = isQuick ? 500 : 20_000
      var times = Samples()
      times.append(contentsOf: try caller.roundTrips(.list([]), count: count))
      let work = try onProcessor(process) - before
      report.value("agent.whoami, round trip, p50", times.median / 1e3, "us", .none)
      report.value("  the board's processor time each", work / Double(count) / 1e3, "us", .none)
    }
    try client.stop()
  }

  /// The processor time that the process has used, in nanoseconds.
  private static func onProcessor(_ process: Int32) throws -> Double {
    let text = try String(contentsOfFile: "/proc/\(process)/schedstat", encoding: .utf8)
    return text.split(separator: " ").first.flatMap { Double($0) } ?? 0
  }

  // MARK: Memory

  private static func memory(_ report: Report, _ isQuick: Bool) throws {
    try AgentProcess([native], trusting: []).run { process, _ in
      usleep(300_000)
      report.value("idle RSS", try resident(process) / 1_024, "MiB", .atMost(2))
    }
    let many = isQuick ? 100 : 1_000
    let crowd = try Crowd(count: many)
    defer { crowd.stop() }
    let board = try AgentProcess([native], trusting: crowd.keys)
    try board.run { process, _ in
      usleep(100_000)
      let idle = try resident(process)
      report.value("RSS with \(many) in the trust list", idle / 1_024, "MiB", .none)
      for count in Set([100, many]).sorted() {
        try crowd.connect(count, to: board.publicKey, at: board.endpoint)
        usleep(300_000)
        let now = try resident(process)
        report.value("RSS with \(count) of them connected", now / 1_024, "MiB", count == 1_000 ? .atMost(10) : .none)
        report.value("  more a connected peer", (now - idle) / Double(count), "KiB", .atMost(8))
      }
    }
  }

  /// KiB in memory, as the kernel counts them page by page.
  private static func resident(_ process: Int32) throws -> Double { try figure("Rss", "/proc/\(process)/smaps_rollup") }

  private static func figure(_ name: String, _ file: String) throws -> Double {
    let text = try String(contentsOfFile: file, encoding: .utf8)
    for line in text.split(separator: "\n") where line.hasPrefix(name + ":") {
      if let value = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({ Double($0) }) {
        return value
      }
    }
    throw BenchError("\(file) has no \(name)")
  }

  // MARK: Wake-ups

  private static func wakeUps(_ report: Report, _ isQuick: Bool) throws {
    let crowd = try Crowd(count: 1)
    defer { crowd.stop() }
    let board = try AgentProcess([native], trusting: crowd.keys)
    let seconds: UInt32 = isQuick ? 1 : 30
    try board.run { process, _ in
      for (count, bound) in [(0, 20.0), (1, 40.0)] {
        try crowd.connect(count, to: board.publicKey, at: board.endpoint)
        // What a new peer causes, such as its address being written down, is over by then.
        sleep(isQuick ? 1 : 15)
        let before = try figure("voluntary_ctxt_switches", "/proc/\(process)/status")
        sleep(seconds)
        let after = try figure("voluntary_ctxt_switches", "/proc/\(process)/status")
        report.value(
          "idle wake-ups, \(count) peers", (after - before) * 60 / Double(seconds), "/min", .atMost(bound))
      }
    }
  }
}
