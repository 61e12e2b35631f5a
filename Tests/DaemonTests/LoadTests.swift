import Boards
import ETF
import Foundation
import PeerNet
import PeerNetClient
import Sodium
import TestKit
import Testing

/// What takes long, hangs or attacks delays nobody else, and costs a bounded amount of memory.
@Suite(.serialized) struct LoadTests {
  private let board: TestBoard

  init() throws { board = try TestBoard() }

  /// A machine with more work than processors, or an emulator, may hold up one call of hundreds for a second. What is
  /// watched out for here would for five, ten, or for ever.
  private static let patience = Duration.seconds(3)

  @Test func aHandlerOfTenSecondsDelaysNothing() async throws {
    let supplicant = try SlowSupplicant(of: board, delay: 10)
    defer { supplicant.stop() }
    try board.trust(try LaptopNode.entry("wifi.*,system.info"))
    let running = try await board.start()
    let laptop = try await LaptopNode(trusting: board.key, options: .wireTwo())
    try await laptop.connect(to: running)

    let began = ContinuousClock.now
    async let restart = laptop.call(running, "wifi.restart")
    // From the first moment on, while it starts, too.
    var slowest = Duration.zero
    try await eventually {
      let asked = ContinuousClock.now
      let status = try await laptop.call(running, "wifi.status")
      slowest = max(slowest, asked.duration(to: .now))
      return status.value("last_restart")?.value("outcome") == binary("running")
    }
    #expect(slowest < Self.patience)
    // As many as the handler's time has room for: a slow machine has room for fewer.
    var rounds = 0
    while rounds < 50, began.duration(to: .now) < .seconds(8) {
      let call = try await times(of: 1) { _ in _ = try await laptop.call(running, "system.info") }
      let ping = try await times(of: 1) { _ in _ = try await laptop.node.ping(running.key) }
      slowest = max(slowest, call[0], ping[0])
      rounds += 1
    }
    #expect(began.duration(to: .now) < .seconds(10), "the handler was over before it could delay anything")
    #expect(rounds >= 5 && slowest < Self.patience, "\(rounds) rounds")
    #expect(try await restart.value("way") == binary("reconfigure"))
    #expect(began.duration(to: .now) >= .seconds(10))
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func aBlackHoleDelaysNobody() async throws {
    let hole = try BlackHole()
    let lost = TestBoard.identity(3).publicKey
    try board.folder.write(
      "state/peers", "peernet-peers 1\n\(String(decoding: lost.text, as: UTF8.self)) wire=2 at=127.0.0.1:\(hole.port)\n"
    )
    try board.configure(node: "announce = no\nsolicit = no\ndial = yes")
    try board.trust(try LaptopNode.entry("system.info"), try LaptopNode.entry(seed: 3))
    let running = try await board.start()
    let laptop = try await LaptopNode(trusting: board.key, options: .wireTwo())
    let handshake = try await times(of: 1) { _ in try await laptop.connect(to: running) }
    let calls = try await times(of: 200) { _ in _ = try await laptop.call(running, "system.info") }
    #expect(handshake[0] < Self.patience && calls[calls.count - 1] < Self.patience)
    // All that time somebody was waited for who never answered.
    let failure = try await running.process.line("<6>dial.failed")
    #expect(failure.contains("addr=127.0.0.1:\(hole.port) reason=dial_timed_out"), "\(failure)")
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func tenThousandConnectionsOfGarbageChangeNothing() async throws {
    try board.trust(try LaptopNode.entry("system.info"))
    let running = try await board.start()
    let laptop = try await LaptopNode(trusting: board.key, options: .wireTwo())
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
    let fresh = try await LaptopNode(trusting: board.key, options: .wireTwo())
    try await fresh.connect(to: running)
    await fresh.node.stop()
    await laptop.node.stop()
    let ended = try await running.stop()
    #expect(ended.exitCode == 0)
    #expect((1...10).contains(ended.errors.split(separator: "\n").count { $0.contains("stranger.rejected") }))
  }
}
