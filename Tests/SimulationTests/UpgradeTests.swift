import ETF
import Sodium
import Testing
import VirtualNetwork

@testable import PeerNet

/// From PeerNet/1 to PeerNet/2, and nobody locked out on the way.
@Suite struct UpgradeTests {
  /// Both remember, then one or both forget, and either dials.
  @Test(arguments: [[], [0], [1], [0, 1]], [0, 1]) func memoryIsLost(by forgetful: [Int], dialler: Int) throws {
    let world = World(seed: 30)
    world.add(trusting: [1])
    world.add(trusting: [0])
    world.connect(0, 1)
    world.run(.seconds(2))
    #expect([0, 1].allSatisfy { world.node($0).memory.peers.first?.speaksTwo == true })
    for node in [0, 1] { world.powerCycle(node, keepsMemory: !forgetful.contains(node)) }
    world.connect(dialler, 1 - dialler)
    world.run(.seconds(2))
    for node in [0, 1] {
      #expect(world.open(node, with: 1 - node) == 1)
      #expect(world.node(node).statuses[0].wire == .two)
      #expect(world.count(node) { if case .connected = $0 { true } else { false } } == 1)
      #expect(world.count(node) { if case .disconnected = $0 { true } else { false } } == 0)
    }
  }

  /// One side's operator says `wire=2`, the other side has yet to find out.
  @Test(arguments: [0, 1]) func onePins(dialler: Int) throws {
    let world = World(seed: 31)
    world.add(trusting: [1], wire: .two)
    world.add(trusting: [0])
    world.connect(dialler, 1 - dialler)
    world.run(.seconds(2))
    #expect(world.node(0).statuses[0].wire == .two)
    #expect(world.open(0, with: 1) == 1 && world.open(1, with: 0) == 1)
  }

  /// `wire=1` on either side keeps both there: no evidence is shown or taken.
  @Test(arguments: [0, 1], [0, 1]) func onePinsTheOlder(pinned: Int, dialler: Int) throws {
    let world = World(seed: 32)
    world.add(trusting: [1], wire: pinned == 0 ? .one : nil)
    world.add(trusting: [0], wire: pinned == 1 ? .one : nil)
    world.connect(dialler, 1 - dialler)
    world.run(.seconds(60))
    #expect(world.node(0).statuses[0].wire == .one)
    #expect(world.node(pinned).memory.peers.allSatisfy { !$0.speaksTwo })
    #expect(world.dials.count == 1)
  }

  /// The peer shows that it speaks PeerNet/2, but the dial for it fails: PeerNet/1 goes on serving, and the peer cannot
  /// make us dial as often as it likes.
  @Test func anUpgradeThatFailsCostsNothing() throws {
    let world = World(seed: 33)
    world.link.delay = 5...5
    world.add(trusting: [1])
    world.add(trusting: [0])
    world.connect(0, 1)
    // The first dial is through, the second one finds a closed door.
    world.run { world.node(0).connections.contains { $0.session.isEstablished } }
    world.links[World.endpoint(1)] = World.Link(refuses: true)
    world.run(.seconds(3))
    let status = world.node(0).statuses[0]
    #expect(status.isConnected && status.wire == .one)
    let call = try world.call(0, 1)
    world.run(.seconds(1))
    #expect(world.outcome(0, call) == [.answered(.ok(1))])
    let before = world.dials.count
    let evidence = Array("PeerNet/2".utf8) + [UInt8](repeating: 0, count: 7)
    for _ in 0..<600 {
      world.act(1) { node in
        for connection in node.connections {
          _ = try? connection.session.send(.ping(nonce: evidence))
          node.touch(connection)
        }
      }
      world.run(.milliseconds(100))
    }
    #expect(world.dials.count - before <= 3)
    #expect(world.count(0) { if case .disconnected = $0 { true } else { false } } == 0)
    // When the door opens it is found.
    world.links = [:]
    world.run(.seconds(60))
    #expect(world.node(0).statuses[0].wire == .two)
  }

  /// The better connection comes up and dies at once: what was held back for it serves.
  @Test func theHeirOfADeadUpgradeServes() throws {
    let world = World(seed: 34)
    world.link.delay = 5...5
    world.add(trusting: [1])
    world.add(trusting: [0])
    world.connect(0, 1)
    let node = world.node(0)
    world.run { node.connections.contains { $0.wire == .two && $0.session.isEstablished } }
    let held = try #require(node.connections.first { $0.open?.isProvisional ?? false })
    let better = try #require(node.connections.first { $0.wire == .two })
    #expect(held.open?.retirement?.winner === better)
    world.act(0) { $0.handleDisconnected(better.id, .closedByPeer, now: world.now) }
    #expect(held.open?.retirement == nil && held.isUsable)
    #expect(node.statuses[0].isConnected)
  }

  /// Another process with the same key is let in beside the first; a fifth is told why not; one that comes again is not
  /// counted as another.
  @Test func instancesAKey() throws {
    let world = World(seed: 35)
    world.add(trusting: [1], wire: .two)
    world.add(trusting: [0], wire: .two)
    let server = world.node(0)
    var clients: [Node] = []
    func dial(_ client: Node) -> ConnectionID? {
      client.connect(server.publicKey, at: [World.endpoint(0)], now: world.now)
      return pump(client, server, now: world.now)
    }
    for index in 0..<5 {
      let client = Node(
        identity: World.key(1), trust: world.trust(of: 1), seed: [UInt8](repeating: UInt8(index), count: 32),
        now: world.now)
      clients.append(client)
      _ = dial(client)
    }
    let peer = try #require(server.peer(World.key(1).publicKey))
    #expect(peer.connections.count == 4)
    #expect(clients.prefix(4).allSatisfy { $0.statuses[0].isConnected })
    #expect(clients[4].statuses[0].lastClose == .peerSaid(.busy))
    // The first lost its connection without the server's noticing, and comes again.
    let id = try #require(clients[0].connections.first?.id)
    clients[0].handleDisconnected(id, .broken(errno: 104), now: world.now)
    _ = dial(clients[0])
    #expect(clients[0].statuses[0].isConnected)
    #expect(peer.connections.count <= 5)
    server.checkInvariants(now: world.now)
  }

  /// Joins a client's dial to the server without any delay, and carries everything over.
  private func pump(_ client: Node, _ server: Node, now: Instant) -> ConnectionID? {
    var accepted: ConnectionID?
    var dialled: ConnectionID?
    var isBusy = true
    while isBusy {
      isBusy = false
      while let output = client.nextOutput() {
        isBusy = true
        switch output {
        case .dial(let id, _, _):
          dialled = id
          accepted = server.handleAccepted(from: World.endpoint(9), now: now)
          client.handleConnected(id, now: now)
        case .send(let id, let bytes):
          client.handleDrained(id, now: now)
          if id == dialled, let accepted { server.handleReceived(accepted, bytes, now: now) }
        case .close, .setReading, .broadcast, .datagram, .probe, .event: break
        }
      }
      while let output = server.nextOutput() {
        isBusy = true
        if case .send(let id, let bytes) = output {
          server.handleDrained(id, now: now)
          if id == accepted, let dialled { client.handleReceived(dialled, bytes, now: now) }
        }
      }
    }
    return accepted
  }
}
