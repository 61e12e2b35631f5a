import ETF
import Sodium
import Testing
import VirtualNetwork

@testable import PeerNet

/// Against a peer that speaks PeerNet/1 only and keeps its newest connection.
@Suite struct BeamPeerTests {
  private func world(seed: UInt8, wire: Wire? = nil) -> (World, BeamPeer) {
    let world = World(seed: seed)
    let beam = BeamPeer(identity: World.key(1))
    world.add(trusting: [1], wire: wire)
    world.add(beam)
    return (world, beam)
  }

  @Test(arguments: [nil, Wire.one]) func itIsCalledAndNeverProbedWithTheOtherWire(wire: Wire?) throws {
    let (world, beam) = world(seed: 20, wire: wire)
    world.connect(0, 1)
    world.run(.seconds(2))
    let call = try world.call(0, 1, "echo", .integer(5))
    beam.say(.call(id: 9, name: "echo", arguments: 6))
    world.settle(1)
    world.run(.seconds(1))
    #expect(world.outcome(0, call) == [.answered(.ok(5))])
    #expect(beam.replies == [.reply(id: 9, .ok(6))])
    world.run(.seconds(300))
    #expect(world.open(0, with: 1) == 1)
    #expect(beam.malformed == 0)
    #expect(world.dials.count == 1)
    #expect(world.node(0).memory.peer(beam.publicKey)?.speaksTwo == false)
  }

  /// What we send first arrives although the peer leaves unread what comes in M3's segment.
  @Test func theFirstCallIsNotLostBehindM3() throws {
    let (world, beam) = world(seed: 21)
    world.link.delay = 40...40
    world.connect(0, 1)
    var call: CallID?
    for _ in 0..<2_000 where call == nil {
      world.run(.milliseconds(1))
      call = try? world.call(0, 1)
    }
    world.run(.milliseconds(500))
    #expect(world.outcome(0, try #require(call)) == [.answered(.ok(1))])
    #expect(beam.malformed == 0)
  }

  /// On a busy machine M3 is read so late that the first ping lies behind it and stays unread: what follows gets it read.
  @Test(arguments: [60, 200, 700, 3_000] as [Int64]) func aPeerThatReadsM3LateIsHeardSoonAfter(_ lateness: Int64) throws
  {
    let (world, beam) = world(seed: 22)
    beam.lateness = .milliseconds(lateness)
    world.connect(0, 1)
    world.run(.milliseconds(lateness + 320))
    let call = try world.call(0, 1)
    world.run(.milliseconds(100))
    #expect(world.outcome(0, call) == [.answered(.ok(1))])
    #expect(beam.malformed == 0 && beam.established == 1 && world.dials.count == 1)
    // Whoever has been heard is left in peace.
    let arrivals = beam.arrivals
    world.run(.seconds(3))
    #expect(beam.arrivals == arrivals)
  }

  /// One that says nothing at all is asked a bounded number of times.
  @Test func thePingsBeforeAnythingIsHeardAreBounded() throws {
    let (world, beam) = world(seed: 23)
    beam.lateness = .seconds(100)
    world.connect(0, 1)
    world.run(.seconds(4))
    #expect((15...18).contains(beam.arrivals), "M1, M3 and four a second: \(beam.arrivals)")
    world.run(.seconds(4))
    #expect(beam.arrivals <= 24, "and no longer than a handshake may take: \(beam.arrivals)")
  }

  @Test(arguments: 0..<120) func simultaneousDialsSettle(round: Int) throws {
    let (world, beam) = world(seed: UInt8(round))
    world.link.delay = [1...1, 1...10, 5...200][round % 3]
    let offset = TimeSpan.milliseconds(Int64(round) * 13 % 700)
    if round % 2 == 0 {
      world.connect(0, 1)
      world.run(offset)
      beam.dial(World.endpoint(0), now: world.now)
      world.settle(1)
    } else {
      beam.dial(World.endpoint(0), now: world.now)
      world.settle(1)
      world.run(offset)
      world.connect(0, 1)
    }
    world.run(.seconds(5))
    #expect(world.open(0, with: 1) == 1)
    #expect(beam.openConnections == 1)
    let events = world.happened
    let call = try world.call(0, 1)
    world.run(.seconds(120))
    #expect(world.outcome(0, call) == [.answered(.ok(1))])
    #expect(world.happened[0] == events[0] + 1, "it flaps")
    #expect(world.count(0) { if case .disconnected = $0 { true } else { false } } <= 1)
    #expect(beam.malformed == 0)
  }
}
