import ETF
import PeerNet
import Testing

@Suite struct SimultaneousDialTests {
  /// Both dial; the second between nothing and far longer than a handshake after the first.
  @Test(arguments: [Wire.two, nil], 0..<120) func settlesOnOneConnection(wire: Wire?, round: Int) throws {
    let world = World(seed: UInt8(round))
    world.link.delay = [1...1, 1...10, 5...200][round % 3]
    world.add(trusting: [1], wire: wire)
    world.add(trusting: [0], wire: wire)
    world.connect(round % 2, 1 - round % 2)
    world.run(.milliseconds(Int64(round) * 13 % 700))
    world.connect(1 - round % 2, round % 2)
    world.run(.seconds(8))
    #expect(world.open(0, with: 1) == 1)
    #expect(world.open(1, with: 0) == 1)
    let before = world.events.map(\.count)
    for node in 0...1 {
      #expect(world.count(node) { if case .connected = $0 { true } else { false } } == 1, "it flapped")
      #expect(world.count(node) { if case .disconnected = $0 { true } else { false } } == 0, "it flapped")
    }
    let calls = [try world.call(0, 1), try world.call(1, 0)]
    world.run(.seconds(60))
    #expect(world.outcome(0, calls[0]) == [.answered(.ok(1))])
    #expect(world.outcome(1, calls[1]) == [.answered(.ok(1))])
    // After it settled only the two calls happened: one request and one outcome on each side.
    #expect(world.events.map(\.count) == before.map { $0 + 2 })
  }
}
