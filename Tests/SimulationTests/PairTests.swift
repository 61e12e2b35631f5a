import ETF
import PeerNet
import Testing
import VirtualNetwork

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

  /// The clock wakes an idle node for nothing but to ping: any other time the peer's ping has moved the deadline.
  @Test(arguments: [1, 20]) func anIdleNodeWakesToPingAlone(peers: Int) throws {
    let world = World(seed: 2)
    world.add(trusting: Array(1...peers), wire: .two)
    for peer in 1...peers {
      world.add(trusting: [0], wire: .two)
      world.connect(peer, 0)
    }
    world.run(.seconds(20))
    let before = world.machines.map(\.wakeUps)
    let minutes = 10
    world.run(.seconds(Int64(60 * minutes)))
    let wakes = zip(world.machines, before).map { $0.wakeUps - $1 }
    let heartbeats = 60 * minutes * 1_000_000_000 / Int(LivenessProfile.wifi.rules.interval.nanoseconds)
    // Jitter shortens each interval by up to a tenth.
    #expect(wakes.reduce(0, +) <= heartbeats * 10 / 9 * peers, "\(wakes)")
    #expect(wakes.reduce(0, +) >= heartbeats * peers)
  }
}
