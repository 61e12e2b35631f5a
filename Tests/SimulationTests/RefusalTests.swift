import PeerNet
import Testing

@Suite struct RefusalTests {
  /// Who is only told why it is not wanted was never connected.
  @Test func aRefusedPeerIsNeverConnected() {
    let world = World(seed: 7)
    world.add(trusting: [1], wire: .two)
    world.add(trusting: [], wire: .two)
    world.connect(0, 1)
    world.run(.seconds(3))
    #expect(world.count(0) { if case .connected = $0 { true } else { false } } == 0)
    #expect(world.count(0) { if case .closed(_, _, .peerSaid(.untrusted)) = $0 { true } else { false } } > 0)
    #expect(!world.node(0).statuses[0].isConnected)
  }
}
