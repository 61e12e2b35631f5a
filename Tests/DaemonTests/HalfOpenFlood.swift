import Boards
import ETF
import Foundation
import PeerNet
import PeerNetClient
import Sodium
import TestKit
import Testing

/// Thousands of strangers who connect and never finish their handshakes.
enum HalfOpenFlood {
  static func endure() async throws {
    let board = try TestBoard()
    try board.trust(try ([1] + Array(10..<130)).map { try LaptopNode.entry("system.info", seed: $0) })
    let running = try await board.start()
    let laptop = try await LaptopNode(trusting: board.key, options: .wireTwo())
    try await laptop.connect(to: running)
    func calls() async throws -> Duration {
      try await p99(of: 200) { _ in _ = try await laptop.call(running, "system.info") }
    }
    func handshakes(_ seeds: Range<UInt8>) async throws -> Duration {
      var newcomers: [LaptopNode] = []
      for seed in seeds { newcomers.append(try await LaptopNode(trusting: board.key, options: .wireTwo(seed: seed))) }
      let time = try await p99(of: seeds.count / 3) { try await newcomers[$0].connect(to: running) }
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

    let slack = Duration.milliseconds(50)
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

  /// The 99th percentile of the best of three rounds: what else the machine does only ever adds.
  private static func p99(of count: Int, _ body: (Int) async throws -> Void) async throws -> Duration {
    var best = Duration.seconds(1_000)
    for round in 0..<3 {
      let sorted = try await times(of: count) { try await body(round * count + $0) }
      best = min(best, sorted[(sorted.count * 99 - 1) / 100])
    }
    return best
  }
}
