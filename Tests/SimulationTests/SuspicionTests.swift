import ETF
import Sodium
import Testing
import VirtualNetwork

@testable import PeerNet

/// While a connection may be dead another one is dialled beside it: make before break.
@Suite struct SuspicionTests {
  private static let other = Endpoint(ipv4: 0x0a00_0a01, port: 7_000)

  /// Two nodes, connected for 20 s; `dialler` has dialled. Each knows the other's address, and that node 1 has two.
  private static func pair(seed: UInt8, wire: Wire? = .two, dialler: Int = 0, delay: ClosedRange<Int64> = 1...10)
    -> World
  {
    let world = World(seed: seed)
    world.link.delay = delay
    for index in 0...1 { world.add(trusting: [1 - index], wire: wire) { $0.dialsAutomatically = true } }
    world.aliases[other] = 1
    world.connect(dialler, 1 - dialler)
    world.run(.seconds(20))
    for index in 0...1 {
      let peer = peer(world, index)
      peer.candidates.pin(World.endpoint(1 - index), now: world.now)
      if index == 0 { peer.candidates.pin(other, now: world.now) }
    }
    return world
  }

  private static func peer(_ world: World, _ index: Int) -> PeerLinks { world.node(index).peers[0] }

  private static func suspect(_ world: World, _ index: Int, _ isSuspect: Bool = true) {
    world.act(index) { node in
      for connection in peer(world, index).connections {
        if isSuspect {
          node.suspected(connection, now: world.now)
        } else {
          node.relieved(connection, now: world.now)
        }
      }
    }
  }

  private static func flaps(_ world: World) -> Int {
    (0...1).reduce(0) { $0 + world.count($1) { if case .disconnected = $0 { true } else { false } } }
  }

  private static func checkOne(_ world: World, _ note: Comment) {
    for index in 0...1 {
      #expect(world.open(index, with: 1 - index) == 1, note)
      #expect(world.node(index).connections.count == 1, note)
      #expect(peer(world, index).attempts.isEmpty, note)
    }
  }

  /// The connection is dead and only one side suspects it: another one is there before anybody says "disconnected".
  @Test(arguments: 0..<36) func aDeadConnectionIsReplacedBeforeItIsGivenUp(round: Int) throws {
    let (dialler, suspecter, wire) = (round & 1, round >> 1 & 1, [Wire.two, nil, .one][round % 3])
    let world = Self.pair(seed: UInt8(round), wire: wire, dialler: dialler)
    world.severAll(0)
    let before = world.dials.count
    Self.suspect(world, suspecter)
    world.run(.milliseconds(600))
    let call = try world.call(suspecter, 1 - suspecter)
    world.run(.milliseconds(100))
    #expect(world.outcome(suspecter, call) == [.answered(.ok(1))], "round \(round)")
    // The other address was tried first, since this one may be dead.
    if suspecter == 0 { #expect(world.dials[before].to == Self.other) }
    world.run(.seconds(100))
    #expect(Self.flaps(world) == 0, "round \(round)")
    Self.checkOne(world, "round \(round)")
    #expect(world.dials.count - before <= 2, "round \(round)")
  }

  /// The connection is well, and one side is wrong about it again and again: no call is lost, nothing is told to the
  /// application, and dials become rare.
  @Test(arguments: 0..<24) func suspicionOfALivingConnectionHarmsNothing(round: Int) throws {
    let world = Self.pair(
      seed: UInt8(round), wire: [.two, nil, .one][round % 3], dialler: round & 1,
      delay: round & 8 == 0 ? 1...10 : 50...200)
    let (suspecter, before) = (round >> 1 & 1, world.dials.count)
    var calls = [[CallID]](repeating: [], count: 2)
    for step in 0..<200 {
      if step % 2 == 0 { Self.suspect(world, suspecter) }
      for index in 0...1 { calls[index].append(try world.call(index, 1 - index)) }
      world.run(.milliseconds(Int64(step) * 37 % 1_200))
      for index in 0...1 { calls[index].append(try world.call(index, 1 - index)) }
      if step % 2 == 1 { Self.suspect(world, suspecter, false) }
      world.run(.seconds(6))
    }
    world.run(.seconds(70))
    for index in 0...1 {
      let lost = calls[index].filter { world.outcome(index, $0) != [.answered(.ok(1))] }
      #expect(lost.isEmpty, "round \(round): \(lost.count) of \(calls[index].count)")
    }
    #expect(Self.flaps(world) == 0, "round \(round)")
    // 1,300 s: the first rounds at once, then one in half a minute and not more, of two or three dials.
    #expect((8...150).contains(world.dials.count - before), "round \(round): \(world.dials.count - before)")
    Self.suspect(world, suspecter, false)
    world.run(.seconds(70))
    Self.checkOne(world, "round \(round)")
  }

  /// Relief before the second connection has said who we are: it is dropped, and the other side has seen a stranger only.
  @Test(arguments: [Wire.two, .one]) func reliefDropsTheSecondDial(wire: Wire) {
    let world = Self.pair(seed: 50, wire: wire, delay: 100...100)
    let (before, opened) = (world.dials.count, world.happened)
    Self.suspect(world, 0)
    #expect(world.dials.count == before + 1)
    world.run(.milliseconds(150))
    Self.suspect(world, 0, false)
    #expect(Self.peer(world, 0).attempts.isEmpty)
    world.run(.seconds(3))
    #expect(world.dials.count == before + 1)
    // The suspicion and its end, and nothing else.
    #expect(world.happened[0] == opened[0] + 2)
    #expect(world.count(0) { if case .relieved = $0 { true } else { false } } == 1)
    Self.checkOne(world, "")
  }

  /// A peer whose other connection is sound is not dialled, and one that nobody wants neither.
  @Test func onlyWhoIsMissedIsDialled() {
    let world = Self.pair(seed: 51)
    let before = world.dials.count
    world.node(0).configuration.dialsAutomatically = false
    Self.peer(world, 0).wish = .unsaid
    Self.suspect(world, 0)
    world.run(.seconds(5))
    #expect(world.dials.count == before)
    Self.suspect(world, 0, false)
    world.node(0).configuration.dialsAutomatically = true
    world.node(0).stop(now: world.now)
    Self.suspect(world, 0)
    #expect(world.dials.count == before)
  }

  /// It dies while it is suspect: the attempts under way go on, and the wait before a redial does not hold them up.
  @Test func aDeathWhileSuspectGoesOnWithWhatIsUnderWay() {
    let world = Self.pair(seed: 52, delay: 40...40)
    Self.suspect(world, 0)
    world.resetAll(1)
    world.run(.milliseconds(300))
    #expect(world.node(0).statuses[0].isConnected && world.node(1).statuses[0].isConnected)
    world.run(.seconds(30))
    Self.checkOne(world, "")
  }

  /// A BEAM peer keeps its newest connection and closes the other one without a word.
  @Test(arguments: [true, false]) func aBeamPeerKeepsTheNewOne(isDead: Bool) throws {
    let world = World(seed: 53)
    let beam = BeamPeer(identity: World.key(1))
    world.add(trusting: [1]) { $0.dialsAutomatically = true }
    world.add(beam)
    world.connect(0, 1)
    world.run(.seconds(20))
    if isDead { world.severAll(1) }
    Self.suspect(world, 0)
    world.run(.milliseconds(500))
    let call = try world.call(0, 1)
    world.run(.milliseconds(100))
    #expect(world.outcome(0, call) == [.answered(.ok(1))])
    world.run(.seconds(60))
    #expect(beam.openConnections == 1 && beam.malformed == 0 && beam.established == 2)
    #expect(world.open(0, with: 1) == 1)
  }
}
