import Boards
import ETF
import Foundation
import PeerNet
import PeerNetClient
import Sodium
import Testing

/// What takes long, hangs or attacks delays nobody else, and costs a bounded amount of memory.
@Suite(.serialized) struct LoadTests {
  private let board: TestBoard

  init() throws { board = try TestBoard() }

  /// A machine with more work than processors, or an emulator, may hold up one call of hundreds for a second. What is
  /// watched out for here would for five, ten, or for ever.
  private static let patience = Swift.Duration.seconds(3)

  /// How long each of `count` runs took, the shortest first.
  private func measure(_ count: Int, _ body: (Int) async throws -> Void) async throws -> [Swift.Duration] {
    var times: [Swift.Duration] = []
    for index in 0..<count { times.append(try await ContinuousClock().measure { try await body(index) }) }
    return times.sorted()
  }

  /// The 99th percentile of the best of three rounds: what else the machine does only ever adds.
  private func p99(_ count: Int, _ body: (Int) async throws -> Void) async throws -> Swift.Duration {
    var best = Swift.Duration.seconds(1_000)
    for round in 0..<3 {
      let sorted = try await measure(count) { try await body(round * count + $0) }
      best = min(best, sorted[(sorted.count * 99 - 1) / 100])
    }
    return best
  }

  @Test func aHandlerOfTenSecondsDelaysNothing() async throws {
    let supplicant = try SlowSupplicant(of: board, delay: 10)
    defer { supplicant.stop() }
    try board.trust(try Laptop.entry("wifi.*,system.info"))
    let running = try await board.start()
    let laptop = try await Laptop(trusting: board.key, options: .wireTwo())
    try await laptop.connect(to: running)

    let began = ContinuousClock.now
    async let restart = laptop.call(running, "wifi.restart")
    // From the first moment on, while it starts, too.
    var slowest = Swift.Duration.zero
    try await eventually {
      let asked = ContinuousClock.now
      let status = try await laptop.call(running, "wifi.status")
      slowest = max(slowest, asked.duration(to: .now))
      return status.value("last_restart")?.value("outcome") == binary("running")
    }
    #expect(slowest < Self.patience)
    let calls = try await measure(50) { _ in _ = try await laptop.call(running, "system.info") }
    let pings = try await measure(50) { _ in _ = try await laptop.node.ping(running.key) }
    #expect(began.duration(to: .now) < .seconds(10), "the handler was over before it could delay anything")
    #expect(calls[calls.count - 1] < Self.patience && pings[pings.count - 1] < Self.patience)
    #expect(try await restart.value("way") == binary("reconfigure"))
    #expect(began.duration(to: .now) >= .seconds(10))
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  /// In a process of its own: while thousands of descriptors are open, Foundation cannot start others safely.
  @Test func thousandsOfHalfOpenConnectionsDelayNobody() async {
    await #expect(processExitsWith: .success) { try await LoadTests().floodWithHalfOpenConnections() }
  }

  private func floodWithHalfOpenConnections() async throws {
    try board.trust(try ([1] + Array(10..<130)).map { try Laptop.entry("system.info", seed: $0) })
    let running = try await board.start()
    let laptop = try await Laptop(trusting: board.key, options: .wireTwo())
    try await laptop.connect(to: running)
    func calls() async throws -> Swift.Duration {
      try await p99(200) { _ in _ = try await laptop.call(running, "system.info") }
    }
    func handshakes(_ seeds: Range<UInt8>) async throws -> Swift.Duration {
      var newcomers: [Laptop] = []
      for seed in seeds { newcomers.append(try await Laptop(trusting: board.key, options: .wireTwo(seed: seed))) }
      let time = try await p99(seeds.count / 3) { try await newcomers[$0].connect(to: running) }
      for newcomer in newcomers { await newcomer.node.stop() }
      return time
    }
    _ = try await calls()
    let idleCalls = try await calls()
    let idleHandshakes = try await handshakes(10..<70)
    try await eventually { running.process.errorText.split(separator: "peer.disconnected").count == 61 }
    let before = try running.memory("VmRSS")

    let strangers = Strangers(port: running.port)
    // The beginning of an M1, so that the rest of it is waited for.
    try strangers.come(2_000, saying: [0, 0, 0, 38, 131, 109, 0, 0, 0, 32, 1, 2, 3, 4])
    let loadedCalls = try await calls()
    let loadedHandshakes = try await handshakes(70..<130)
    let after = try running.memory("VmRSS")
    strangers.leave()

    let slack = Swift.Duration.milliseconds(50)
    #expect(loadedCalls < idleCalls * 3 + slack)
    #expect(loadedHandshakes < idleHandshakes * 3 + slack)
    #expect(after - before <= 1_024 + RunningBoard.emulatorMemory, "\(after - before) KiB more than before")
    #expect(await laptop.node.isConnected(to: board.key))
    print(
      "half-open: calls p99 \(idleCalls) → \(loadedCalls), handshakes p99 \(idleHandshakes) → \(loadedHandshakes), "
        + "VmRSS \(before) → \(after) KiB")
    await laptop.node.stop()
    let ended = try await running.stop()
    #expect(ended.exitCode == 0)
    // A flood is counted, not written out.
    #expect((1...10).contains(ended.errors.split(separator: "\n").count { $0.contains("stranger.rejected") }))
  }

  @Test func aBlackHoleDelaysNobody() async throws {
    let hole = try BlackHole()
    let lost = TestBoard.identity(3).publicKey
    try board.folder.write(
      "state/peers", "peernet-peers 1\n\(String(decoding: lost.text, as: UTF8.self)) wire=2 at=127.0.0.1:\(hole.port)\n"
    )
    try board.configure(node: "announce = no\nsolicit = no\ndial = yes")
    try board.trust(try Laptop.entry("system.info"), try Laptop.entry(seed: 3))
    let running = try await board.start()
    let laptop = try await Laptop(trusting: board.key, options: .wireTwo())
    let handshake = try await measure(1) { _ in try await laptop.connect(to: running) }
    let calls = try await measure(200) { _ in _ = try await laptop.call(running, "system.info") }
    #expect(handshake[0] < Self.patience && calls[calls.count - 1] < Self.patience)
    // All that time somebody was waited for who never answered.
    let failure = try await running.process.line("<6>dial.failed")
    #expect(failure.contains("addr=127.0.0.1:\(hole.port) reason=dial_timed_out"), "\(failure)")
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func tenThousandConnectionsOfGarbageChangeNothing() async throws {
    try board.trust(try Laptop.entry("system.info"))
    let running = try await board.start()
    let laptop = try await Laptop(trusting: board.key, options: .wireTwo())
    try await laptop.connect(to: running)
    let before = try running.memory("VmRSS")
    var random = RandomStream(seed: [UInt8](repeating: 9, count: 32))
    let openings: [[UInt8]] = [
      [], [0, 0, 0, 38, 131, 109, 0, 0, 0, 32], [0xff, 0xff, 0xff, 0xff], [0, 16, 0, 0], [0, 0, 0, 0],
      Array("PN2".utf8), Array("GET / HTTP/1.1\r\n\r\n".utf8),
    ]
    for round in 0..<20 {
      var greetings: [[UInt8]] = []
      for index in 0..<500 {
        greetings.append(openings[index % openings.count] + random.bytes(Int(random.below(200))))
      }
      try Strangers(port: running.port).pass(greetings)
      // Trusted peers are served meanwhile.
      #expect(try await laptop.call(running, "system.info").value("machine") != nil, "round \(round)")
    }
    let after = try running.memory("VmRSS")
    #expect(after - before <= 1_024 + RunningBoard.emulatorMemory, "\(after - before) KiB more than before")
    let fresh = try await Laptop(trusting: board.key, options: .wireTwo())
    try await fresh.connect(to: running)
    await fresh.node.stop()
    await laptop.node.stop()
    let ended = try await running.stop()
    #expect(ended.exitCode == 0)
    #expect((1...10).contains(ended.errors.split(separator: "\n").count { $0.contains("stranger.rejected") }))
  }
}
