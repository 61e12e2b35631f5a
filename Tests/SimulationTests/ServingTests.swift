import ETF
import Sodium
import Testing
import VirtualNetwork

@testable import PeerNet

/// Calls and what answers them.
@Suite struct ServingTests {
  private func pair(
    _ wire: Wire? = .two, allow: Grants = .everything, configure: (inout NodeConfiguration) -> Void = { _ in }
  ) -> World {
    let world = World(seed: 3)
    world.add(trusting: [1], wire: wire, configure: configure)
    world.add(trusting: [0], allow: allow, wire: wire, configure: configure)
    world.connect(0, 1)
    world.run(.seconds(2))
    return world
  }

  @Test(arguments: [Wire.one, .two]) func aSlowHandlerDelaysNothing(wire: Wire) throws {
    let world = pair(wire)
    world.serve = { _, request in request.arguments == .atom("slow") ? nil : .ok(request.arguments) }
    let slow = try world.call(0, 1, "echo", .atom("slow"), timeout: .seconds(30))
    world.run(.seconds(1))
    let nonce = try world.node(0).ping(World.key(1).publicKey, now: world.now)
    world.settle(0)
    let fast = try world.call(0, 1, "echo", .integer(7))
    let before = world.now
    world.run(.milliseconds(50))
    #expect(world.outcome(0, fast) == [.answered(.ok(7))])
    #expect(world.count(0) { if case .pong(_, nonce, _) = $0 { true } else { false } } == 1)
    world.run(.seconds(9))
    let request = try #require(world.takeUnanswered().first?.1)
    world.act(1) { $0.reply(request.token!, .ok(.atom("done")), now: world.now) }
    // Twice is once.
    world.act(1) { $0.reply(request.token!, .ok(.atom("again")), now: world.now) }
    world.run(.seconds(1))
    #expect(world.outcome(0, slow) == [.answered(.ok(.atom("done")))])
    #expect(world.now - before < .seconds(11))
  }

  @Test func repliesInAnyOrderAndLateOnesAreDropped() throws {
    let world = pair()
    world.serve = { _, _ in nil }
    let calls = try (0..<10).map { try world.call(0, 1, "echo", .integer($0), timeout: .seconds($0 == 3 ? 2 : 60)) }
    world.run(.seconds(3))
    #expect(world.outcome(0, calls[3]) == [.timedOut])
    let timedOutAt = world.events[0].last { if case .callFinished = $0.event { true } else { false } }?.at
    #expect(timedOutAt == world.events[0].last?.at)
    for (_, request) in world.takeUnanswered().reversed() {
      world.act(1) { $0.reply(request.token!, .ok(request.arguments), now: world.now) }
    }
    world.run(.seconds(1))
    for (index, call) in calls.enumerated() where index != 3 {
      #expect(world.outcome(0, call) == [.answered(.ok(.integer(Int64(index))))])
    }
    #expect(world.outcome(0, calls[3]) == [.timedOut], "once")
  }

  @Test func handlersAreBounded() throws {
    let world = pair()
    world.serve = { _, _ in nil }
    world.act(1) { $0.expose(Array("echo".utf8), limit: 3) }
    let calls = try (0..<5).map { _ in try world.call(0, 1) }
    world.run(.seconds(1))
    #expect(calls.prefix(3).allSatisfy { world.outcome(0, $0).isEmpty })
    let busy = CallOutcome.answered(.error(.binary(utf8: "busy: too many calls at once")))
    #expect(calls.suffix(2).allSatisfy { world.outcome(0, $0) == [busy] })
    // Taking the name back and exposing it anew does not make more room: those three are still at work.
    world.act(1) {
      $0.revoke(Array("echo".utf8))
      $0.expose(Array("echo".utf8), limit: 3)
    }
    let another = try world.call(0, 1)
    world.run(.seconds(1))
    #expect(world.outcome(0, another) == [busy])
    world.act(1) { $0.revoke(Array("echo".utf8)) }
    for (_, request) in world.takeUnanswered() {
      world.act(1) { $0.reply(request.token!, .ok(1), now: world.now) }
    }
    world.run(.seconds(1))
    #expect(world.outcome(0, calls[0]) == [.answered(.ok(1))], "a name taken back still answers what it began")
    let gone = try world.call(0, 1)
    world.run(.seconds(1))
    #expect(world.outcome(0, gone) == [.answered(.error(.atom("no_such_handle")))])
  }

  /// Where the application bounds the work itself, a request takes a place for as long as its answer can go somewhere.
  @Test(arguments: [false, true]) func aPlaceMayEndWithItsConnection(_ ends: Bool) throws {
    let world = pair()
    world.serve = { _, _ in nil }
    world.act(1) { $0.expose(Array("echo".utf8), limit: 3, endsWithConnection: ends) }
    for _ in 0..<3 { _ = try world.call(0, 1, timeout: .seconds(60)) }
    world.run(.seconds(1))
    let old = world.takeUnanswered()
    #expect(old.count == 3)
    world.resetAll(1)
    world.run(.seconds(20))
    let calls = try (0..<3).map { _ in try world.call(0, 1, timeout: .seconds(60)) }
    world.run(.seconds(1))
    let busy = CallOutcome.answered(.error(.binary(utf8: "busy: too many calls at once")))
    #expect(calls.allSatisfy { world.outcome(0, $0) == (ends ? [] : [busy]) })
    // A late answer to the old ones frees no place of the new ones.
    for (_, request) in old { world.act(1) { $0.reply(request.token!, .ok(1), now: world.now) } }
    let another = try world.call(0, 1, timeout: .seconds(60))
    world.run(.seconds(1))
    #expect(world.outcome(0, another) == (ends ? [busy] : []))
  }

  @Test func deniedUnlessGranted() throws {
    let world = pair(allow: .none)
    let plain = try world.call(0, 1, "wifi.restart")
    let through = try world.call(
      0, 1, "beam_admin", .tuple([.atom("rpc"), .atom("Elixir.Wifi"), .atom("restart"), .list([])]))
    let unknown = try world.call(
      0, 1, "beam_admin", .tuple([.atom("rpc"), .atom("Elixir.System"), .atom("halt"), .list([])]))
    let shapeless = try world.call(0, 1, "beam_admin", .atom("rpc"))
    world.run(.seconds(1))
    #expect(world.outcome(0, plain) == [.answered(.error(.atom("forbidden")))])
    #expect(world.outcome(0, through) == [.answered(.error(.atom("forbidden")))])
    #expect(world.outcome(0, unknown) == [.answered(.error(.atom("no_such_handle")))])
    #expect(world.outcome(0, shapeless) == [.answered(.error(.atom("unknown_beam_dist_op")))])
    #expect(world.arrivals.isEmpty)
    // What the application authorizes a key for ends with its trust.
    let key = World.key(0).publicKey
    world.act(1) { $0.authorize(Array("wifi.restart".utf8), for: key) }
    #expect(world.node(1).callable(by: key) == [Array("wifi.restart".utf8)])
    world.act(1) { $0.setTrust(TrustList(), now: world.now) }
    world.act(1) { $0.setTrust(world.trust(of: 1), now: world.now) }
    #expect(world.node(1).callable(by: key).isEmpty)
  }

  /// A grant that is bound to an argument opens nothing whose handler does not look at its arguments.
  @Test func aGrantForOneArgumentIsNoneForTheName() throws {
    let world = pair(.two, allow: Grants(text: Array("echo:pump".utf8))!)
    let denied = try world.call(0, 1)
    world.run(.milliseconds(100))
    #expect(world.outcome(0, denied) == [.answered(.error(.atom("forbidden")))])
    world.act(1) { $0.expose(Array("echo".utf8), access: .grantedByArgument) }
    let handed = try world.call(0, 1)
    world.run(.milliseconds(100))
    #expect(world.outcome(0, handed) == [.answered(.ok(1))])
  }

  @Test func pingsPassALargeEnvelope() throws {
    let world = pair()
    let large = Term.binary([UInt8](repeating: 1, count: 1_000_000))
    let call = try world.call(0, 1, "echo", large)
    world.act(0) { _ = try? $0.ping(World.key(1).publicKey, now: world.now) }
    world.run(.seconds(1))
    let order = world.events[0].compactMap { entry -> String? in
      switch entry.event {
      case .pong: "pong"
      case .callFinished(call, .answered(.ok(large))): "answer"
      default: nil
      }
    }
    #expect(order == ["pong", "answer"])
  }

  /// Who asks and does not read is given up, at a bounded cost.
  @Test func aSlowReaderIsGivenUp() throws {
    let world = pair { $0.limits.maximumQueuedBytes = 3_000_000 }
    world.slowReaders = [0]
    let large = Term.binary([UInt8](repeating: 1, count: 900_000))
    for _ in 0..<6 { _ = try? world.call(0, 1, "echo", large, timeout: .seconds(60)) }
    world.run(.seconds(2))
    #expect(world.count(1) { if case .closed(_, _, .peerStalled) = $0 { true } else { false } } == 1)
  }

  @Test(arguments: [Wire.one, .two]) func whoPingsAndDoesNotReadIsGivenUp(wire: Wire) throws {
    let world = pair(wire)
    world.slowReaders = [0]
    for index in 0..<400 {
      world.act(0) { node in
        guard let connection = node.connections.first else { return }
        _ = try? connection.session.send(.ping(nonce: [UInt8(index & 255)]))
        node.touch(connection)
      }
      world.run(.milliseconds(5))
    }
    #expect(world.count(1) { if case .closed(_, _, .peerStalled) = $0 { true } else { false } } == 1)
  }

  /// A call that was handed to the kernel may have been run; one that still waited behind it was not, and its caller is told.
  @Test(arguments: [Wire.one, .two]) func whatNeverLeftIsSaidToBeNotSent(wire: Wire) throws {
    let world = pair(wire)
    world.slowReaders = [1]
    let left = try world.call(0, 1)
    let waiting = try world.call(0, 1)
    world.run(.milliseconds(100))
    world.resetAll(1)
    world.run(.milliseconds(100))
    #expect(world.outcome(0, left) == [.lost(.closedByPeer)])
    #expect(world.outcome(0, waiting) == [.notSent(.closedByPeer)])
    #expect(!world.arrivals.contains { $0.node == 1 })
  }

  /// Answers that wait behind bytes the kernel has not taken yet go out before the connection ends, and `bye` last.
  @Test func stoppingAnswersFirst() throws {
    let world = pair()
    let calls = try (0..<3).map { try world.call(0, 1, "echo", .integer($0)) }
    world.run { world.arrivals.count == 3 }
    world.act(1) { $0.stop(now: world.now) }
    world.run(.seconds(1))
    for (index, call) in calls.enumerated() {
      #expect(world.outcome(0, call) == [.answered(.ok(.integer(Int64(index))))])
    }
    #expect(world.count(0) { if case .closed(_, _, .peerSaid(.stopping)) = $0 { true } else { false } } == 1)
    let late = world.node(1).handleAccepted(from: World.endpoint(0), now: world.now)
    #expect(world.node(1).registry[late] == nil)
  }

  /// What a connection had to say when it ended is said nowhere.
  @Test func nothingIsWrittenToAConnectionThatIsGone() throws {
    let world = pair()
    let node = world.node(0)
    let id = try #require(node.connections.first?.id)
    _ = try node.call(World.key(1).publicKey, "echo", 1, timeout: .seconds(1), now: world.now)
    node.handleDisconnected(id, .closedByPeer, now: world.now)
    while let output = node.nextOutput() {
      if case .send = output { Issue.record("sent to a connection that is gone") }
    }
  }
}
