import ETF
import Sodium
import Testing
import VirtualNetwork

@testable import PeerNet

/// What the node makes of changes of the network.
@Suite struct NetworkTests {
  /// Node 0 has dialled node 1 and been connected for 20 s.
  private static func pair(seed: UInt8, delay: ClosedRange<Int64> = 5...5, announces: Bool = false) -> World {
    let world = World(seed: seed)
    world.link.delay = delay
    for index in 0...1 { world.add(trusting: [1 - index], wire: .two, announces: announces) }
    world.connect(0, 1)
    world.run(.seconds(20))
    return world
  }

  private static func lose(_ world: World) {
    world.act(0) { node in for connection in node.connections { node.handleLinkLost(connection.id, now: world.now) } }
  }

  @Test func aChangeLeavesASoundConnectionAlone() {
    let world = Self.pair(seed: 60)
    let (dials, happened) = (world.dials.count, world.happened)
    for _ in 0..<100 {
      world.act(0) { $0.handleNetworkChange(now: world.now) }
      world.run(.milliseconds(70))
    }
    #expect(world.dials.count == dials && world.happened == happened)
  }

  /// The carrier was away for a moment and nothing was lost: the connection answers, and stays.
  @Test func aLinkThatIsBackShowsThatItWorks() {
    let world = Self.pair(seed: 61)
    let before = world.happened
    world.link.isBlackHole = true  // What is sent now would sever the connection: nothing is.
    Self.lose(world)
    #expect(world.node(0).connections.contains { $0.open?.standing.isSuspect ?? false })
    world.link.isBlackHole = false
    world.run(.milliseconds(1))
    world.act(0) { $0.handleNetworkChange(now: world.now) }
    world.run(.milliseconds(30))
    #expect(!world.node(0).connections.contains { $0.open?.standing.isSuspect ?? false })
    world.run(.seconds(20))
    #expect(world.open(0, with: 1) == 1 && world.node(0).connections.count == 1)
    #expect(world.count(0) { if case .disconnected = $0 { true } else { false } } == 0)
    #expect(world.happened[1] == before[1], "the other side has noticed nothing")
  }

  /// One direction may sleep while the other speaks: being heard is no proof, an answer is.
  @Test func beingHeardIsNoProof() {
    let world = Self.pair(seed: 62)
    world.links[World.endpoint(1)] = World.Link(isBlackHole: true)  // No second connection comes up.
    func isSuspect() -> Bool { world.node(0).connections.contains { $0.open?.standing.isSuspect ?? false } }
    world.link.delay = 3_000...3_000
    world.run { isSuspect() }
    Self.lose(world)
    let start = world.now
    world.run { world.node(0).statuses[0].heard.map { $0 > start } ?? false }
    world.run(.milliseconds(100))
    #expect(isSuspect() && world.now - start < .seconds(10))
    world.act(0) { $0.handleNetworkChange(now: world.now) }
    world.run(.seconds(5))
    #expect(isSuspect())
    world.run(.seconds(2))
    #expect(!isSuspect())
  }

  // MARK: Where the peer is said to be

  private static let elsewhere = Endpoint(ipv4: 0x0a00_0a02, port: 7_000)

  /// It got another address, and its old one tells nobody: it is dialled there at once, and nobody was disconnected.
  @Test func aPeerThatMovedIsFollowed() throws {
    let world = Self.pair(seed: 67, announces: true)
    world.announce(1, at: World.endpoint(1), to: 0)
    world.severAll(0)
    world.aliases[Self.elsewhere] = 1
    world.announce(1, at: Self.elsewhere, to: 0)
    world.run(.milliseconds(100))
    let call = try world.call(0, 1)
    world.run(.milliseconds(100))
    #expect(world.outcome(0, call) == [.answered(.ok(1))])
    #expect(world.count(0) { if case .disconnected = $0 { true } else { false } } == 0)
  }

  /// It has a second address, or somebody says so: the connection answers and stays, and the second dial ends before it
  /// has said who we are. Whoever looks at the peer meanwhile sees it alive.
  @Test(arguments: [true, false]) func aPeerWithTwoAddressesKeepsItsConnection(isThere: Bool) {
    let world = Self.pair(seed: 68, announces: true)
    if isThere { world.aliases[Self.elsewhere] = 1 }
    world.announce(1, at: Self.elsewhere, to: 0)
    #expect(world.dials.last?.to == Self.elsewhere)
    #expect(world.node(0).statuses[0].liveness == .alive)
    world.run(.seconds(30))
    #expect(world.open(0, with: 1) == 1 && world.node(0).connections.count == 1)
    #expect(world.node(0).connections.allSatisfy { $0.isReliable })
    #expect(world.count(0) { if case .suspected = $0 { true } else { false } } == 0)
    #expect(world.count(0) { if case .disconnected = $0 { true } else { false } } == 0)
    #expect(
      world.count(1) { if case .opened = $0 { true } else { false } } == 1, "the other side has seen a stranger only")
  }

  /// It is announced where nobody answers, and its connection is dead as well: its own silence makes it suspect, in the
  /// time that this takes without an announce.
  @Test func aDeadPeerThatIsSaidToBeElsewhereIsSuspectInTime() {
    let world = Self.pair(seed: 72, announces: true)
    world.links[Self.elsewhere] = World.Link(isBlackHole: true)
    world.links[World.endpoint(1)] = World.Link(isBlackHole: true)
    world.severAll(0)
    let rules = LivenessProfile.wifi.rules
    let start = world.now
    world.announce(1, at: Self.elsewhere, to: 0)
    world.run(.seconds(1))
    #expect(world.node(0).statuses[0].liveness == .alive)
    world.run { world.node(0).statuses[0].liveness == .suspect }
    #expect(world.now - start <= rules.interval + rules.answerCeiling)
    let heard = world.node(0).statuses[0].heard
    #expect(heard.map { world.now - $0 >= rules.answerFloor } ?? false)
  }

  /// What its own address announces is no news, nor is what was announced a moment ago, and lies cost little.
  @Test func announcesAskRarely() {
    let world = Self.pair(seed: 69, announces: true)
    let dials = world.dials.count
    for _ in 0..<100 {
      world.announce(1, at: World.endpoint(1), to: 0)
      world.announce(1, at: World.endpoint(1).with(port: 7_001), to: 0)
      world.run(.milliseconds(100))
    }
    #expect(world.dials.count == dials)
    world.links[Self.elsewhere] = World.Link(isBlackHole: true)
    for number in 0..<600 {
      world.announce(1, at: Endpoint(ipv4: 0x0a01_0000 + UInt32(number), port: 7_000), to: 0)
      world.run(.milliseconds(100))
    }
    // The peer answers each question: nobody is told that it might be gone.
    #expect(world.count(0) { if case .suspected = $0 { true } else { false } } == 0)
    #expect((1...2 * 30).contains(world.dials.count - dials), "\(world.dials.count - dials)")
    #expect(world.open(0, with: 1) == 1 && world.count(0) { if case .disconnected = $0 { true } else { false } } == 0)
  }

  /// A node that was told to leave a peer alone does.
  @Test func whoIsNotWantedIsNotFollowed() {
    let world = Self.pair(seed: 70, announces: true)
    let peer = world.node(0).peers[0]
    peer.wish = .none
    world.announce(1, at: Self.elsewhere, to: 0)
    #expect(world.node(0).connections.allSatisfy { $0.isReliable })
  }

  /// It was not what it seemed, and the connection is dead: another one takes its place.
  @Test func aLinkThatCameBackWithoutTheConnectionIsReplaced() throws {
    let world = Self.pair(seed: 63)
    world.severAll(0)
    Self.lose(world)
    world.act(0) { $0.handleNetworkChange(now: world.now) }
    world.run(.milliseconds(700))
    let call = try world.call(0, 1)
    world.run(.milliseconds(100))
    #expect(world.outcome(0, call) == [.answered(.ok(1))])
    #expect(world.count(0) { if case .disconnected = $0 { true } else { false } } == 0)
  }

  /// Nobody announces anything, and the next redial is up to half a minute away: the change alone ends the wait.
  @Test(arguments: 71...80 as ClosedRange<UInt8>) func aChangeEndsTheWaitForARedial(seed: UInt8) {
    let world = World(seed: seed)
    for index in 0...1 { world.add(trusting: [1 - index], wire: .two) }
    world.cutOff = [1]
    world.connect(0, 1)
    world.run(.seconds(300 + Int64(seed)))
    world.cutOff = []
    world.act(0) { $0.handleNetworkChange(now: world.now) }
    world.run(.milliseconds(700))
    #expect(world.open(0, with: 1) == 1, "seed \(seed)")
  }

  /// An interface that goes up and down all the time makes no storm, and its last change is not forgotten.
  @Test func aFlappingInterfaceMakesNoStorm() {
    let world = World(seed: 64)
    for index in 0...1 { world.add(trusting: [1 - index], wire: .two) }
    world.links[World.endpoint(1)] = World.Link(isBlackHole: true)
    world.connect(0, 1)
    world.run(.seconds(60))
    let before = world.dials.count
    for _ in 0..<1_200 {
      world.act(0) { $0.handleNetworkChange(now: world.now) }
      world.run(.milliseconds(50))
    }
    let count = world.dials.count - before
    #expect(count >= 25 && count <= 60 / 2 * 3 + 3, "\(count) dials in a minute")
    world.run(.seconds(60))
    world.act(0) { $0.handleNetworkChange(now: world.now) }
    // Nothing of this round is sent again by itself any more.
    world.run(.milliseconds(1_200))
    world.links = [:]
    world.act(0) { $0.handleNetworkChange(now: world.now) }
    world.run(.milliseconds(1_500))
    #expect(world.open(0, with: 1) == 1)
  }

  /// The first packet of the dial is lost; the kernel would send it again after a second.
  @Test func aDialWithoutAnAnswerIsRepeatedBesideIt() {
    let world = World(seed: 65)
    world.link.delay = 10...10
    for index in 0...1 { world.add(trusting: [1 - index], wire: .two) }
    world.links[World.endpoint(1)] = World.Link(isBlackHole: true)
    world.connect(0, 1)
    world.run(.milliseconds(200))
    world.links = [:]
    world.run(.milliseconds(200))
    #expect(world.open(0, with: 1) == 1)
    world.run(.seconds(10))
    #expect(world.dials.count == 2 && world.open(0, with: 1) == 1 && world.node(0).connections.count == 1)
  }

  /// No more than so often: a dead address gets three dials a round.
  @Test func aDeadAddressGetsFewDials() {
    let world = World(seed: 66)
    for index in 0...1 { world.add(trusting: [1 - index], wire: .two) }
    world.links[World.endpoint(1)] = World.Link(isBlackHole: true)
    world.connect(0, 1)
    world.run(.seconds(4))
    #expect(world.dials.count == 3)
    world.run(.seconds(600))
    #expect(world.dials.count <= 3 * 30)
  }

  /// Who knows hundreds of peers does not dial them all in one instant.
  @Test func aHubDialsItsPeersInTurn() throws {
    let count = 200
    var memory = PeerMemory()
    var trust = TrustList()
    func identity(_ index: Int) -> KeyPair {
      var stream = RandomStream(seed: [UInt8](repeating: UInt8(index), count: 32))
      return KeyPair.generate(from: &stream)
    }
    for index in 0..<count {
      let key = identity(index).publicKey
      try trust.add(TrustEntry(key: key, label: Array("p\(index)".utf8), grants: .everything, wire: .two))
      _ = memory.noteProven(World.endpoint(index), for: key)
    }
    let start = Instant(nanoseconds: 1)
    let node = Node(
      identity: identity(count), trust: trust, memory: memory, seed: [UInt8](repeating: 1, count: 32), now: start)
    var dialled: Set<Endpoint> = []
    var now = start
    func carryOut() -> Int {
      let before = dialled.count
      while let output = node.nextOutput() { if case .dial(_, let endpoint, _) = output { dialled.insert(endpoint) } }
      return dialled.count - before
    }
    #expect(carryOut() == 65)
    while let deadline = node.deadline, dialled.count < count {
      now = max(now, deadline)
      node.timeout(now: now)
      #expect(carryOut() <= 2)
    }
    #expect(now - start < .seconds(1))
  }
}
