import ETF
import PeerNet
import Testing

@Suite struct PairTests {
  @Test(arguments: [Wire.one, Wire.two, nil]) func callsAcrossEachWireAndTheUpgrade(wire: Wire?) throws {
    let world = World(seed: 1)
    world.add(trusting: [1], wire: wire)
    world.add(trusting: [0], wire: wire)
    world.connect(0, 1)
    world.run(.seconds(2))
    #expect(world.open(0, with: 1) == 1)
    #expect(world.open(1, with: 0) == 1)
    let status = world.node(0).statuses[0]
    #expect(status.isConnected)
    #expect(status.wire == (wire ?? .two))
    let forth = try world.call(0, 1, "echo", .binary([1, 2, 3]))
    let back = try world.call(1, 0, "echo", .binary([4]))
    world.run(.seconds(1))
    #expect(world.outcome(0, forth) == [.answered(.ok(.binary([1, 2, 3])))])
    #expect(world.outcome(1, back) == [.answered(.ok(.binary([4])))])
    #expect(world.count(0) { if case .disconnected = $0 { true } else { false } } == 0)
    world.run(.seconds(120))
    #expect(world.open(0, with: 1) == 1)
  }
}
