import Boards
import ETF
import Foundation
import PeerNet
import PeerNetClient
import Testing

/// What the board's own binary costs in memory, measured where it runs without an emulator.
@Suite(.enabled(if: isBoardBinary, "only for the board's binary, run natively")) struct MemoryTests {
  private let board: TestBoard

  init() throws { board = try TestBoard() }

  @Test func idleAndForEachPeer() async throws {
    let seeds = 1...100 as ClosedRange<UInt8>
    try board.trust(try seeds.map { try LaptopNode.entry("*", seed: $0) })
    let running = try await board.start()
    // Its first turns are over once it answers.
    var laptops: [LaptopNode] = []
    func come(_ seed: UInt8) async throws {
      let laptop = try await LaptopNode(trusting: board.key, options: .wireTwo(seed: seed))
      try await laptop.connect(to: running)
      _ = try await laptop.call(running, "system.info")
      laptops.append(laptop)
    }
    let idle = try running.memory("VmRSS")
    #expect(idle <= 2_048, "\(idle) KiB")
    try await come(1)
    let one = try running.memory("VmRSS")
    for seed in seeds.dropFirst() { try await come(seed) }
    let all = try running.memory("VmRSS")
    let each = (all - one) * 1_024 / (seeds.count - 1)
    print("memory: idle \(idle) KiB, one peer \(one) KiB, \(seeds.count) peers \(all) KiB, \(each) bytes a peer")
    #expect(each <= 8_192, "\(each) bytes a peer")
    for laptop in laptops { await laptop.node.stop() }
    #expect(try await running.stop().exitCode == 0)
  }
}

private let isBoardBinary: Bool = {
  let command = ProcessInfo.processInfo.environment["PEERNETD_COMMAND"] ?? ""
  return command.contains("/.build-x86_64/") && !command.contains(" ")
}()
