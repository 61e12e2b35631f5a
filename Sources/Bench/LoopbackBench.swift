import ETF
import Linux
import PeerNet
import PeerNetLinux
import Sodium

/// Two nodes over TCP on loopback, each on a reactor and a thread of its own, on PeerNet/2.
enum LoopbackBench {
  static func connects(_ report: inout Report, isQuick: Bool) throws {
    try withPair { client, peer, endpoint in
      let each = try connect(client, peer, endpoint, times: isQuick ? 50 : 2_000)
      report.value("connect and handshake, one after another", 1e9 / each, "/s", .atLeast(2_000))
    }
  }

  static func calls(_ report: inout Report, isQuick: Bool) throws {
    try withEcho { echo in
      try roundTrips(report, echo, isQuick)
      let calls = isQuick ? 2_000 : 400_000
      let effort = try echo.measure(size: 8, inFlight: 64, count: calls)
      report.value("calls, 64 in flight", Double(calls) / effort.time * 1e9, "/s", .atLeast(250_000))
      explain(report, effort, calls)
    }
  }

  static func echoes(_ report: inout Report, isQuick: Bool) throws {
    try withEcho { echo in
      for (size, name) in [(65_536, "64 KiB"), (900 * 1_024, "900 KiB")] {
        let inFlight = 4
        let count = (isQuick ? 8 : 1_000) * 1_048_576 / size
        let effort = try echo.measure(size: size, inFlight: inFlight, count: count)
        let rate = Double(size) * Double(count) / effort.time * 1e3
        report.value("echo \(name), \(inFlight) in flight, each way", rate, "MB/s", .atLeast(400))
        explain(report, effort, count)
      }
    }
  }

  /// Two threads on two processors of their own get 2.0 of them; others on the machine leave less.
  private static func explain(_ report: Report, _ effort: Echo.Effort, _ count: Int) {
    report.value("  processor time each, both ends", effort.work / Double(count) / 1e3, "us", .none)
    report.value("  processors that the machine gave, of 2", effort.work / effort.time, "", .none)
  }

  private static func withPair(_ body: (_ client: Party, _ peer: PublicKey, _ endpoint: Endpoint) throws -> Void) throws
  {
    var random = RandomStream.system()
    let board = KeyPair.generate(from: &random)
    let laptop = KeyPair.generate(from: &random)
    let boardKey = board.publicKey
    let server = try Party(board, trusting: laptop.publicKey, listens: true)
    let client = try Party(laptop, trusting: boardKey, listens: false)
    try body(client, boardKey, Endpoint(ipv4: 0x7f00_0001, port: server.port))
    try client.stop()
    try server.stop()
  }

  static func withEcho(_ body: (Echo) throws -> Void) throws {
    try withPair { client, peer, endpoint in
      _ = try connect(client, peer, endpoint, times: 1)
      try body(Echo(client, peer))
    }
  }

  /// The mean time in nanoseconds until a peer could be called. The last connection stays.
  static func connect(_ client: Party, _ peer: PublicKey, _ endpoint: Endpoint, times: Int) throws -> Double {
    var left = times
    return try elapsed {
      try client.run { client, done in
        client.onEvent = { event in
          let now = client.transport.now
          switch event {
          case .connected:
            left -= 1
            if left == 0 { done() } else { client.node.disconnect(peer, now: now) }
          case .disconnected: client.node.connect(peer, at: [endpoint], now: now)
          default: break
          }
        }
        client.node.connect(peer, at: [endpoint], now: client.transport.now)
      }
    } / Double(times)
  }

  private static func roundTrips(_ report: Report, _ echo: Echo, _ isQuick: Bool) throws {
    let size = 64
    let raw = try RawPingPong(size: size)
    defer { raw.close() }
    var ours = Samples()
    var theirs = Samples()
    let block = isQuick ? 50 : 500
    for _ in 0..<(isQuick ? 4 : 60) {
      theirs.append(contentsOf: raw.measure(block))
      ours.append(contentsOf: try echo.roundTrips(size: size, count: block))
    }
    for (name, share, bound) in [("p50", 0.5, 1.15), ("p99", 0.99, 1.3)] {
      report.ratio(
        "call round trip 64 B / raw TCP (epoll), \(name)", ours.quantile(share) / 1e3,
        to: theirs.quantile(share) / 1e3, "us", .atMost(bound))
    }
    report.value("  what a call adds to raw TCP, p50", (ours.median - theirs.median) / 1e3, "us", .none)
  }
}

/// Calls over one connection: `echo`, unless another name and its arguments are given.
final class Echo: @unchecked Sendable {
  private let client: Party
  private let peer: PublicKey
  private let name: Atom
  private var left = 0
  private var unanswered = 0
  private var failure: CallOutcome?

  init(_ client: Party, _ peer: PublicKey, calling name: Atom = Party.echo) {
    self.client = client
    self.peer = peer
    self.name = name
  }

  /// Nanoseconds that passed, and that both ends' threads worked.
  struct Effort {
    let time: Double
    let work: Double
  }

  /// Makes `count` calls of which that many are always under way.
  func measure(size: Int, inFlight: Int, count: Int) throws -> Effort {
    let before = processorTime()
    let time = try elapsed { try exchange(Self.bytes(size), inFlight: inFlight, count: count) { _ in } }
    return Effort(time: time, work: processorTime() - before)
  }

  /// Nanoseconds of each of `count` calls, one after another.
  func roundTrips(size: Int, count: Int) throws -> [Double] { try roundTrips(Self.bytes(size), count: count) }

  func roundTrips(_ arguments: Term, count: Int) throws -> [Double] {
    var times: [Double] = []
    var start = Clock.now()
    try exchange(arguments, inFlight: 1, count: count) { _ in
      let now = Clock.now()
      times.append(Double((now - start).nanoseconds))
      start = now
    }
    // The first one came from another thread.
    return Array(times.dropFirst())
  }

  private static func bytes(_ count: Int) -> Term { .binary([UInt8](repeating: 7, count: count)) }

  private func exchange(
    _ arguments: Term, inFlight: Int, count: Int, _ answered: @escaping (CallOutcome) -> Void
  ) throws {
    failure = nil
    try client.run { [self] client, done in
      left = count
      unanswered = count
      client.onEvent = { [self] event in
        guard case .callFinished(_, let outcome) = event else { return }
        if case .answered(.ok) = outcome {} else { failure = outcome }
        answered(outcome)
        unanswered -= 1
        if unanswered == 0 || failure != nil { done() } else { call(arguments) }
      }
      for _ in 0..<inFlight { call(arguments) }
    }
    if let failure { throw BenchError("a call failed: \(failure)") }
  }

  private func call(_ arguments: Term) {
    guard left > 0 else { return }
    left -= 1
    do {
      _ = try client.node.call(peer, name, arguments, timeout: .seconds(30), now: client.transport.now)
    } catch {
      fatalError("a call could not be made: \(error)")
    }
  }
}
