import Boards
import ETF
import Foundation
import PeerNet
import PeerNetClient
import Sodium
import Testing

/// Strangers who come by the thousand, all the time, from many addresses; the figures are printed.
@Suite(.serialized) struct FloodTests {
  private let board: TestBoard

  init() throws { board = try TestBoard(at: TestBoard.Site(listen: "::")) }

  private struct Times {
    let p50: Duration
    let p99: Duration
    /// The longest that a ping of the board beside it took: what the machine adds at this time, flood or no flood.
    let longestBeside: Duration
  }

  /// A board with a laptop that is connected to it.
  private struct Pair {
    let running: RunningBoard
    let laptop: LaptopNode

    func ping() async throws -> Duration {
      try await ContinuousClock().measure { _ = try await laptop.node.ping(running.key) }
    }
  }

  /// The best of three rounds: what else the machine does only ever adds. The board beside is asked in turn with the other.
  private func pings(_ pair: Pair, beside: Pair) async throws -> Times {
    var rounds: [[Duration]] = []
    var longestBeside = Duration.zero
    for _ in 0..<3 {
      var times: [Duration] = []
      for _ in 0..<300 {
        times.append(try await pair.ping())
        longestBeside = max(longestBeside, try await beside.ping())
        try await Task.sleep(for: .milliseconds(2))
      }
      rounds.append(times.sorted())
    }
    return Times(
      p50: rounds.map { $0[149] }.min()!, p99: rounds.map { $0[296] }.min()!, longestBeside: longestBeside)
  }

  // In processes of their own: while thousands of descriptors are open, Foundation cannot start others safely.

  @Test func aFloodFromManyAddressesKeepsNobodyOut() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
      try await FloodTests().endure(addresses: 250, perSecond: 5_000)
    }
    tell(result)
  }

  @Test(.enabled(if: Flood.hasNetwork, "no host has fd77::/64: see Flood.hasNetwork"))
  func aFloodFromManyAddressesAndAnIPv6NetworkKeepsNobodyOut() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
      try await FloodTests().endure(addresses: 250, perSecond: 5_000, withNetwork: true)
    }
    tell(result)
  }

  @Test func aFloodOfHandshakesFromOneAddressDelaysNobody() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
      try await FloodTests().endure(addresses: 1, perSecond: 6_000)
    }
    tell(result)
  }

  private func tell(_ result: ExitTest.Result?) {
    let lines = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self).split(separator: "\n")
    for line in lines where line.hasPrefix("flood of") { print(line) }
  }

  private func endure(addresses: Int, perSecond rate: Int, withNetwork: Bool = false) async throws {
    try board.trust(try [1, 2, 3, 4].map { try LaptopNode.entry("system.info", seed: $0) })
    let running = try await board.start()
    let laptop = try await LaptopNode(trusting: board.key, options: .wireTwo())
    try await laptop.connect(to: running)
    let quiet = try TestBoard(seed: 201)
    try quiet.trust(try LaptopNode.entry("system.info", seed: 5))
    let bystander = Pair(
      running: try await quiet.start(), laptop: try await LaptopNode(trusting: quiet.key, options: .wireTwo(seed: 5)))
    try await bystander.laptop.connect(to: bystander.running)
    let flooded = Pair(running: running, laptop: laptop)
    _ = try await pings(flooded, beside: bystander)
    let idle = try await pings(flooded, beside: bystander)
    let before = try running.memory("VmRSS")
    _ = Strangers(port: running.port)  // Raises the limit of descriptors.
    let flood = Flood(port: running.port, addresses: addresses, perSecond: rate, withNetwork: withNetwork)
    defer { flood.stop() }
    try await Task.sleep(for: .seconds(1))
    let start = (ContinuousClock.now, flood.count, try ticks(running))
    let loaded = try await pings(flooded, beside: bystander)
    let seconds = (ContinuousClock.now - start.0) / .seconds(1)
    let share = Double(try ticks(running) - start.2) / seconds
    let came = Int(Double(flood.count - start.1) / seconds)
    // Newcomers whose addresses the board has never heard of, 150 ms away. They dial again like anybody.
    var newcomers: [Duration] = []
    for seed in [2, 3, 4] as [UInt8] {
      let way = try LongWay(to: running.port, from: 0x7f02_0001 + UInt32(seed), delay: .milliseconds(75))
      let newcomer = try await LaptopNode(trusting: board.key, options: .wireTwo(seed: seed))
      let began = ContinuousClock.now
      try? await newcomer.node.connect(
        to: board.key, at: [Endpoint(ipv4: 0x7f00_0001, port: way.port)], timeout: .seconds(8))
      newcomers.append(ContinuousClock.now - began)
      await newcomer.node.stop()
    }
    let after = try running.memory("VmRSS")
    print(
      "flood of \(came) a second from \(addresses)\(withNetwork ? " and a /64" : ""): ping p50 \(idle.p50) → \(loaded.p50), p99 \(idle.p99) → "
        + "\(loaded.p99), beside at most \(loaded.longestBeside); newcomers after \(newcomers); \(Int(share)) % of a processor; VmRSS \(before) → \(after) KiB"
    )
    #expect(newcomers.allSatisfy { $0 <= .seconds(2) })
    // A machine with more work than processors may hold up a few of hundreds.
    // On a busy computer even an idle board's slowest pings wait that long for a processor.
    #expect(loaded.p50 <= max(idle.p50 * 4 + .milliseconds(1), idle.p99))
    // It may do so to a board that nobody floods, too: what that one's slowest ping waited is not the flood's doing.
    #expect(loaded.p99 <= max(idle.p99, loaded.longestBeside) * 2 + .milliseconds(20))
    #expect(after - before <= 1_024 + RunningBoard.emulatorMemory, "\(after - before) KiB more than before")
    flood.stop()
    await laptop.node.stop()
    await bystander.laptop.node.stop()
    _ = try await bystander.running.stop()
    let ended = try await running.stop()
    #expect(ended.exitCode == 0)
  }

  /// Hundredths of a second of the processor that the board has used.
  private func ticks(_ running: RunningBoard) throws -> Int {
    let stat = try String(contentsOfFile: "/proc/\(running.process.identifier)/stat", encoding: .utf8)
    let fields = stat.split(separator: ")").last.map { $0.split(separator: " ") } ?? []
    return fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
  }
}
