import ETF
import Sodium
import Testing
import VirtualNetwork

@testable import PeerNet

/// Dials: which address, how often, and what strangers can do about it.
@Suite struct ReachingTests {
  private func closes(_ world: World, _ node: Int) -> [CloseReason] {
    world.events[node].compactMap { if case .closed(_, _, let reason) = $0.event { reason } else { nil } }
  }

  @Test func halfOpenStrangersKeepNobodyOut() throws {
    let world = World(seed: 4)
    world.add(trusting: [1], wire: .two)
    world.add(trusting: [0], wire: .two)
    for index in 0..<2_000 {
      // Every kind of dawdling: nothing, a piece of a frame, an M1 and then silence.
      let bytes: [[UInt8]] = [[], [0, 0], [0, 0, 0, 32] + [UInt8](repeating: UInt8(index & 127) + 9, count: 32)]
      world.stranger(0x0b00_0000 + UInt32(index % 7), to: 1, saying: bytes[index % 3])
      #expect(world.node(1).strangers.connections.count <= 64)
    }
    world.connect(0, 1)
    world.run(.milliseconds(200))
    let call = try world.call(0, 1)
    world.run(.milliseconds(100))
    #expect(world.outcome(0, call) == [.answered(.ok(1))])
    // Those who dawdle are gone in time, and the live connection is not.
    world.run(.seconds(10))
    #expect(world.node(1).strangers.connections.count == 0)
    #expect(world.open(1, with: 0) == 1)
    #expect(world.node(1).connections.count == 1)
  }

  /// A lossy link may hold back the last message of a handshake until the responder waits no more for it. That is no
  /// word on trust.
  @Test(arguments: [Wire.one, .two]) func aLateLastMessageIsNoDistrust(_ wire: Wire) throws {
    let world = World(seed: 7)
    world.add(trusting: [1], wire: wire)
    world.add(trusting: [0], wire: wire)
    world.link.delay = 20...20
    world.connect(0, 1)
    // SYN, its answer, M1, M2: what follows is late.
    world.run(.milliseconds(70))
    world.link.delay = 5_200...5_200
    world.run(.seconds(11))
    #expect(world.count(1) { if case .rejected(_, _, .handshakeTimedOut) = $0 { true } else { false } } == 1)
    #expect(closes(world, 0) == [.closedByPeer])
    world.link.delay = 20...20
    world.run(.seconds(15))
    #expect(world.node(0).statuses[0].isConnected)
  }

  /// The first interface that comes up is a change of the network, too.
  @Test func aNetworkThatComesUpIsAskedForPeersRatherThanListenedTo() {
    let world = World(seed: 6)
    world.add(trusting: [1], announces: true)
    world.run(.seconds(3))
    world.add(trusting: [0], announces: true) { $0.dialsAutomatically = true }
    world.act(1) { $0.handleNetworkChange(now: world.now) }
    world.run(.milliseconds(500))
    #expect(world.node(1).statuses[0].isConnected, "an announce would have come after 5 s")
  }

  /// While strangers come one after the other all the time.
  @Test func aFloodThatGoesOnKeepsNobodyOut() throws {
    let world = World(seed: 5)
    world.add(trusting: [1], wire: .two)
    world.add(trusting: [0], wire: .two)
    world.connect(0, 1)
    for index in 0..<400 {
      world.stranger(0x0b00_0000 + UInt32(index % 5), to: 1, saying: [])
      if index % 4 == 0 { world.run(.milliseconds(1)) }
    }
    #expect(world.open(1, with: 0) == 1)
  }

  @Test func aBlackHoleDelaysNobodyElse() throws {
    let world = World(seed: 6)
    world.add(trusting: [1, 2])
    world.add(trusting: [0])
    world.add(trusting: [0])
    world.links[World.endpoint(1)] = World.Link(isBlackHole: true)
    world.connect(0, 1)
    world.connect(0, 2)
    world.run(.seconds(1))
    #expect(world.open(0, with: 2) == 1)
    // Beside a black hole, the peer's next address is tried soon, and the one after it, too.
    let node = world.node(0)
    let holes = [Endpoint(ipv4: 0x0a00_0101, port: 1), Endpoint(ipv4: 0x0a00_0102, port: 1)]
    world.links[holes[0]] = World.Link(isBlackHole: true)
    world.links[World.endpoint(1)] = nil
    world.act(0) { $0.disconnect(World.key(1).publicKey, now: world.now) }
    world.run(.seconds(10))
    let peer = try #require(node.peer(World.key(1).publicKey))
    peer.candidates = CandidateAddresses(now: world.now)
    world.act(0) {
      $0.connect(World.key(1).publicKey, at: [holes[0], holes[1]], now: world.now)
      peer.candidates.hint(World.endpoint(1), now: world.now)
    }
    world.link.delay = 400...400
    world.run(.seconds(4))
    #expect(world.open(0, with: 1) == 1, "the refusal of the second address freed the place for the third")
  }

  @Test func aProvenAddressIsTriedFirstWhateverIsAnnounced() throws {
    let world = World(seed: 7)
    world.add(trusting: [1], announces: true)
    world.add(trusting: [0])
    world.connect(0, 1)
    world.run(.seconds(2))
    let key = World.key(1).publicKey
    for index in 0..<200 {
      world.announce(1, at: Endpoint(ipv4: 0x0a00_0200 + UInt32(index), port: 7_000), to: 0)
    }
    let peer = try #require(world.node(0).peer(key))
    #expect(peer.candidates.endpoints.first == World.endpoint(1))
    #expect(peer.candidates.endpoints.count <= CandidateAddresses.maximumCount)
    // The first one could be true; the peer answers where it is, and that was all.
    #expect(world.dials.count { $0.node == 0 && $0.to != World.endpoint(1) } == 1)
    world.run(.seconds(2))
    let dialled = world.dials.count
    world.resetAll(1)
    world.run(.seconds(2))
    #expect(world.open(0, with: 1) == 1)
    #expect(world.dials[dialled...].allSatisfy { $0.to == World.endpoint(1) })
    // While the peer is away, forged announces cause dials at a bounded rate.
    world.cutOff = [1]
    world.severAll(1)
    world.run(.seconds(20))
    let before = world.dials.count
    for index in 0..<600 {
      let forged = Endpoint(ipv4: 0x0a00_0200 + UInt32(index & 63), port: 0x1b00 | UInt16(index & 255))
      world.announce(1, at: forged, to: 0)
      world.run(.milliseconds(100))
    }
    #expect(world.dials.count - before <= 60 / 2 * 9, "\(world.dials.count - before) dials in a minute")
    world.cutOff = []
    world.run(.seconds(45))
    #expect(world.open(0, with: 1) == 1, "and the proven address still has its turn")
  }

  @Test func unpairingEndsTheSessionAtOnce() throws {
    for wire in [Wire.one, .two] {
      let world = World(seed: 8)
      world.add(trusting: [1], wire: wire)
      world.add(trusting: [0], wire: wire)
      world.connect(0, 1)
      world.run(.seconds(2))
      world.serve = { _, _ in nil }
      let call = try world.call(0, 1)
      world.run(.milliseconds(50))
      world.act(1) { $0.setTrust(TrustList(), now: world.now) }
      #expect(world.node(1).connections.isEmpty)
      #expect(closes(world, 1) == [.unpaired])
      let said: CloseReason = wire == .two ? .peerSaid(.unpaired) : .closedByPeer
      world.run(.milliseconds(50))
      #expect(closes(world, 0) == [said])
      #expect(world.outcome(0, call) == [.lost(said)])
      // An answer to one who is gone goes nowhere.
      for (_, request) in world.takeUnanswered() {
        world.act(1) { $0.reply(request.token!, .ok(1), now: world.now) }
      }
      #expect(world.node(1).serving.works.isEmpty)
    }
  }

  /// A stranger is told so on PeerNet/2, and its application is never told that it was connected.
  @Test func whoIsTurnedAwayWasNeverConnected() throws {
    let world = World(seed: 9)
    world.add(trusting: [1], wire: .two)
    world.add(trusting: [])
    world.connect(0, 1)
    world.run(.seconds(60))
    #expect(world.count(0) { if case .connected = $0 { true } else { false } } == 0)
    #expect(Set(closes(world, 0)) == [.peerSaid(.untrusted)])
    let key = World.key(0).publicKey
    #expect(world.count(1) { if case .rejected(_, key, .untrusted) = $0 { true } else { false } } > 2)
    #expect(world.dials.count < 14, "\(world.dials.count) dials")
  }

  @Test func anotherKeyAtTheAddressIsTheWrongPeer() throws {
    for (trusted, wire) in [([1, 2], Wire.two), ([1], .one)] {
      let world = World(seed: 10)
      world.add(trusting: trusted, wire: wire)
      world.add(trusting: [0])
      world.add(trusting: [0])
      world.act(0) { $0.connect(World.key(1).publicKey, at: [World.endpoint(2)], now: world.now) }
      world.run(.seconds(1))
      let wrong = World.key(2).publicKey
      #expect(world.count(0) { if case .dialFailed(_, _, .wrongPeer(wrong)) = $0 { true } else { false } } > 0)
      #expect(world.open(0, with: 2) == 0 && world.open(2, with: 0) == 0)
    }
  }

  @Test func aSilentDeathIsNoticedAndRedialledOutOfStep() throws {
    let world = World(seed: 11)
    world.add(trusting: [1, 2])
    for _ in 0..<2 { world.add(trusting: [0]) }
    world.connect(1, 0)
    world.connect(2, 0)
    world.run(.seconds(20))
    world.cutOff = [0]
    let cut = world.now
    // These have no probes: patience takes their place.
    world.run(.seconds(48))
    for node in [1, 2] {
      let noticed = world.events[node].last { if case .disconnected(_, .silent) = $0.event { true } else { false } }
      #expect(try #require(noticed).at - cut <= .seconds(47))
    }
    world.run(.seconds(120))
    let redials = [1, 2].map { node in world.dials.filter { $0.node == node && $0.at > cut }.map(\.at) }
    // A round is three dials to the one address that does not answer.
    #expect(redials.allSatisfy { (3 * 4...3 * 30).contains($0.count) }, "\(redials.map(\.count))")
    #expect(Set(redials[0]).isDisjoint(with: redials[1]))
    // Back off: from one dial to the next never more than the ceiling and what a dial takes.
    for times in redials {
      #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 <= .seconds(36) })
    }
    world.cutOff = []
    world.act(1) { $0.handleNetworkChange(now: world.now) }
    // Within half a second by chance: others have lost the same access point.
    world.run(.milliseconds(600))
    #expect(world.open(1, with: 0) == 1, "a changed network is tried at once")
  }

  @Test func anAnnounceEndsTheWait() throws {
    let world = World(seed: 12)
    world.add(trusting: [1], announces: true)
    world.add(trusting: [0])
    world.links[World.endpoint(1)] = World.Link(refuses: true)
    world.connect(0, 1)
    world.run(.seconds(120))
    #expect(world.open(0, with: 1) == 0)
    world.links = [:]
    world.announce(1, at: World.endpoint(1), to: 0)
    // Within a second by chance: others have heard it, too.
    world.run(.milliseconds(1_100))
    #expect(world.open(0, with: 1) == 1)
  }

  @Test(arguments: [true, false]) func afterAPowerCutTheyMeetAgain(keepsMemory: Bool) throws {
    let world = World(seed: 13)
    world.add(trusting: [1])
    world.add(trusting: [0])
    world.connect(0, 1)
    world.run(.seconds(20))
    world.powerCycle(1, keepsMemory: keepsMemory)
    world.connect(1, 0)
    world.run(.milliseconds(700))
    // The dead half of the old connection is in nobody's way.
    let call = try world.call(1, 0)
    world.run(.milliseconds(200))
    #expect(world.outcome(1, call) == [.answered(.ok(1))])
    world.run(.seconds(50))
    #expect(world.open(0, with: 1) == 1 && world.open(1, with: 0) == 1)
  }

  /// Each time the peer says goodbye, restarts, and is up again after a tenth of a second.
  @Test(arguments: [Wire.one, .two]) func restartsThatWereFineAreFollowedAtOnce(_ wire: Wire) {
    let world = World(seed: 15)
    world.add(trusting: [1], wire: wire)
    world.add(trusting: [0], wire: wire)
    world.connect(0, 1)
    for round in 0..<8 {
      world.run(.seconds(12))
      #expect(world.open(0, with: 1) == 1)
      world.act(1) { $0.stop(now: world.now) }
      world.run(.milliseconds(100))
      world.powerCycle(1, keepsMemory: true)
      world.run(.milliseconds(700))
      #expect(world.open(0, with: 1) == 1, "round \(round)")
    }
  }

  /// Announces of a peer at addresses that swallow what is sent to them, 200 a second, and a caller that has never met it.
  @Test(arguments: 30..<36 as Range<UInt8>) func forgedAnnouncesDoNotHideWhoAnswers(seed: UInt8) {
    let world = World(seed: seed)
    world.add(trusting: [1], announces: true)
    world.run(.seconds(3))
    world.add(trusting: [0], announces: true)
    let holes = (0..<1_000 as Range<UInt32>).map { Endpoint(ipv4: 0x0a00_0200 + $0, port: 7_000) }
    for hole in holes { world.links[hole] = World.Link(isBlackHole: true) }
    var count = 0
    func flood(_ duration: TimeSpan, until isOver: () -> Bool = { false }) {
      let end = world.now + duration
      while world.now < end, !isOver() {
        world.announce(0, at: holes[count % holes.count], to: 1)
        count += 1
        world.run(.milliseconds(5))
      }
    }
    // Before it asks, too.
    world.act(1) { $0.connect(World.key(0).publicKey, now: world.now) }
    flood(.milliseconds(Int64(seed - 30) * 900))
    let start = world.now
    world.act(1) { $0.solicit(now: world.now) }
    flood(.seconds(10)) { world.open(1, with: 0) == 1 }
    #expect(world.now - start <= .seconds(1))
    // What is answered is dialled, and what was announced is dialled no more often for it.
    #expect(world.dials.count <= 3 + 3 * 6, "\(world.dials.count) dials")
  }

  @Test func disconnectingLastsUntilTheNextConnect() throws {
    let world = World(seed: 14)
    world.add(trusting: [1]) { $0.dialsAutomatically = true }
    world.add(trusting: [0])
    world.connect(0, 1)
    world.run(.seconds(2))
    world.act(0) { $0.disconnect(World.key(1).publicKey, now: world.now) }
    world.run(.seconds(120))
    #expect(world.open(0, with: 1) == 0)
    world.connect(0, 1)
    world.run(.milliseconds(300))
    #expect(world.open(0, with: 1) == 1)
  }
}
