import ETF
import Sodium
import Testing
import VirtualNetwork

@testable import PeerNet

/// What peers may cost: memory, places and turns. Whoever takes too much loses, and nobody else.
@Suite struct BudgetTests {
  /// Node 0 is the board. Nodes 1 and 2 are its peers; node 3 is node 1 once more, a process of its own.
  private func board(_ wire: Wire? = .two, configure: @escaping (inout Limits) -> Void) -> World {
    let world = World(seed: 7)
    world.add(trusting: [1, 2], wire: wire) { configure(&$0.limits) }
    for _ in 1...2 { world.add(trusting: [0], wire: wire) }
    for peer in 1...2 { world.connect(peer, 0) }
    world.run(.seconds(2))
    return world
  }

  private static let busy = CallOutcome.answered(.error(.binary(utf8: "busy: too many calls at once")))

  // MARK: Places

  /// 64 calls in one segment to a name with room for 16: each is answered before the next is looked at.
  @Test(arguments: [Wire.one, .two]) func callsThatAreAnsweredAtOnceAreNeverBusy(wire: Wire) throws {
    let world = board(wire) { _ in }
    world.act(0) { $0.expose(Array("echo".utf8), limit: 16) }
    let node = world.node(1)
    let calls = try (0..<64).map {
      try node.call(World.key(0).publicKey, "echo", .integer($0), timeout: .seconds(5), now: world.now)
    }
    world.settle(1)
    world.run(.seconds(1))
    for (index, call) in calls.enumerated() {
      #expect(world.outcome(1, call) == [.answered(.ok(.integer(Int64(index))))])
    }
  }

  /// One peer takes all that it is given; another one still finds places, also after the first has gone with its calls still
  /// at work.
  @Test func aPeerLeavesPlacesForOthers() throws {
    let world = board { _ in }
    world.serve = { _, _ in nil }
    world.act(0) { $0.expose(Array("echo".utf8), limit: 16, sharesFairly: true) }
    func calls(_ peer: Int, _ count: Int) throws -> Int {
      let calls = try (0..<count).map { _ in try world.call(peer, 0, timeout: .seconds(60)) }
      world.run(.seconds(1))
      return calls.count { world.outcome(peer, $0).isEmpty }
    }
    #expect(try calls(1, 40) == 8)
    world.resetAll(1)
    world.run(.milliseconds(100))
    #expect(try calls(2, 40) == 4)
    world.connect(1, 0)
    world.run(.seconds(1))
    #expect(try calls(1, 40) == 0, "what it began before it went is still at work")
    for (_, request) in world.takeUnanswered() { world.act(0) { $0.reply(request.token!, .ok(1), now: world.now) } }
    #expect(world.node(0).serving.places.taken == 0)
    #expect(try calls(1, 40) == 8)
  }

  @Test func placesAreShared() {
    let keys = (0..<20).map { World.key($0).publicKey }
    var slots = Slots(limit: 16, isFair: true)
    for key in keys.prefix(15) {
      while slots.hasRoom(for: key) { slots.take(key) }
      #expect(slots.hasRoom(for: keys[19]) || slots.taken == 16)
    }
    #expect(slots.count(of: keys[0]) == 8)
    slots.release(keys[18])
    for key in keys { for _ in 0..<16 { slots.release(key) } }
    #expect(slots.taken == 0 && slots.hasRoom(for: keys[0]))
  }

  // MARK: Arguments

  /// Arguments beyond what a name takes are answered without being read: they are no term at all here.
  @Test(arguments: [(Wire.one, 5_000), (.two, 5_000), (.one, 900_000), (.two, 900_000)])
  func argumentsThatAreTooLargeAreNotRead(wire: Wire, count: Int) throws {
    let world = board(wire) { $0.maximumEnvelope = 16_384 }
    world.act(0) {
      for name in ["echo", "wifi.restart"] {
        $0.expose(Array(name.utf8), isRemoteProcedure: true, maximumArguments: 4_000)
      }
    }
    let tooLarge = CallOutcome.answered(.error(.binary(utf8: "too_large: the arguments are more than this takes")))
    let large = Term.binary([UInt8](repeating: 1, count: count))
    let calls = try [
      world.call(1, 0, "echo", large),
      world.call(1, 0, "beam_admin", .tuple([.atom("rpc"), .atom("echo"), .atom("x"), .list([large])])),
      world.call(1, 0, "nothing", large), world.call(1, 0, "echo", .binary([UInt8](repeating: 1, count: 3_000))),
    ]
    world.run(.seconds(2))
    #expect(world.outcome(1, calls[0]) == [tooLarge])
    #expect(world.outcome(1, calls[1]) == [tooLarge])
    #expect(world.outcome(1, calls[2]) == [.answered(.error(.atom("no_such_handle")))])
    #expect(world.outcome(1, calls[3]) == [.answered(.ok(.binary([UInt8](repeating: 1, count: 3_000))))])
    #expect(world.node(0).heldBytes == 0)
  }

  // MARK: Memory

  /// Who asks and does not read is not read from any more: what it is owed stays within bounds, and is delivered when it
  /// reads again.
  @Test func whoDoesNotReadIsNotReadFrom() throws {
    let world = board {
      $0.maximumOwedBytes = 32_768
      $0.sendBudget = 65_536
    }
    world.slowReaders = [1]
    let answer = Term.binary([UInt8](repeating: 1, count: 4_000))
    world.serve = { _, _ in .ok(answer) }
    var calls: [CallID] = []
    for _ in 0..<20 {
      for _ in 0..<100 {
        calls.append(try world.node(1).call(World.key(0).publicKey, "echo", 1, timeout: .seconds(60), now: world.now))
      }
      world.settle(1)
      world.run(.milliseconds(20))
      // What the transport has, what is owed, and what was read before it was noticed.
      #expect(world.node(0).heldBytes < 65_536 + 2 * 32_768 + 8_192)
    }
    let other = try world.call(2, 0)
    world.run(.milliseconds(100))
    #expect(world.outcome(2, other) == [.answered(.ok(answer))])
    #expect(world.open(0, with: 1) == 1)
  }

  /// We read no further until our output is acknowledged, and the kernel takes no acknowledgement in until we read: nobody is
  /// to wait for ever.
  @Test func twoThatWaitForEachOtherGoOn() throws {
    let world = board {
      $0.maximumOwedBytes = 32_768
      $0.sendBudget = 65_536
    }
    world.smallBuffers = [0]
    let answer = Term.binary([UInt8](repeating: 1, count: 4_000))
    world.serve = { _, _ in .ok(answer) }
    // In all no more than a kernel keeps.
    let argument = Term.binary([UInt8](repeating: 2, count: 200))
    var calls: [CallID] = []
    for _ in 0..<10 {
      for _ in 0..<20 {
        calls.append(
          try world.node(1).call(World.key(0).publicKey, "echo", argument, timeout: .seconds(60), now: world.now))
      }
      world.settle(1)
      world.run(.milliseconds(2))
    }
    let stuck = world.node(0).connections.filter { $0.open?.isHeldBack ?? false }
    #expect(!stuck.isEmpty, "nobody waits, so nothing is shown")
    world.run(.seconds(50))
    #expect(calls.allSatisfy { world.outcome(1, $0) == [.answered(.ok(answer))] })
    #expect(world.open(0, with: 1) == 1)
  }

  /// A peer's connections together hold no more than one peer may; the one that holds the most goes.
  @Test(arguments: [true, false]) func aPeerThatHoldsTooMuchLoses(inAll: Bool) throws {
    let world = board {
      if inAll { $0.maximumBytes = 200_000 } else { $0.maximumPeerBytes = 100_000 }
    }
    // A large envelope of node 2 is on its way, of which the end is missing.
    world.slowReaders = [1]
    let kept = try world.call(2, 0, "echo", .binary([UInt8](repeating: 1, count: 30_000)))
    world.run(.milliseconds(50))
    #expect(world.outcome(2, kept).count == 1)
    for _ in 0..<40 {
      _ = try? world.call(1, 0, "echo", .binary([UInt8](repeating: 1, count: 8_000)), timeout: .seconds(60))
      world.run(.milliseconds(20))
      #expect(world.node(0).heldBytes <= 110_000)
    }
    #expect(world.count(0) { if case .closed(_, _, .overBudget) = $0 { true } else { false } } == 1)
    #expect(world.count(0) { if case .closed(_, World.key(2).publicKey, _) = $0 { true } else { false } } == 0)
    #expect(world.node(0).heldBytes == 0)
  }

  // MARK: Turns

  /// A peer with a thousand requests delays another one's by no more than a turn.
  @Test func aPeersTurnIsBounded() throws {
    let world = board { $0.maximumTurn = 16_384 }
    world.link.delay = 1...1
    let flood = world.node(1)
    for _ in 0..<200 {
      _ = try flood.call(World.key(0).publicKey, "echo", 1, timeout: .seconds(5), now: world.now)
    }
    let one = try world.node(2).call(World.key(0).publicKey, "echo", 2, timeout: .seconds(5), now: world.now)
    world.settle(1)
    world.settle(2)
    world.run(.seconds(1))
    #expect(world.outcome(2, one) == [.answered(.ok(2))])
    let own = try #require(world.arrivals.firstIndex { $0.request.peer == World.key(2).publicKey })
    #expect(own < 20, "it came behind \(own) of the other's")
    #expect(world.arrivals.count == 201)
  }

  /// Input that waits for its turn is served whoever else is idle, and its connection is read again.
  @Test func whatWaitsForItsTurnIsServed() throws {
    let world = board {
      $0.maximumTurn = 2_000
      $0.maximumOwedBytes = 1_000
    }
    for round in 0..<3 {
      let calls = try (0..<50).map {
        try world.node(1).call(World.key(0).publicKey, "echo", .integer($0), timeout: .seconds(5), now: world.now)
      }
      world.settle(1)
      world.run(.seconds(1))
      for (index, call) in calls.enumerated() {
        #expect(world.outcome(1, call) == [.answered(.ok(.integer(Int64(index))))], "round \(round)")
      }
    }
    #expect(world.node(0).connections.allSatisfy { $0.open?.isHeldBack == false && $0.open?.wait == .bytes })
  }
}
