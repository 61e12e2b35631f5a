import ETF
import PeerNet
import PeerNetClientLinux
import Sodium
import TestKit
import Testing

@testable import PeerNetClient

/// The way of a call: who has to wake for it, and in which order what happens.
@Suite(.timeLimit(.minutes(2))) struct CallPathTests {
  private struct Watched {
    let node: PeerNode
    let transport: WatchedTransport
    let key: PublicKey

    init(on network: MemoryNetwork, connects: Bool) {
      let store = MemoryStore()
      key = store.publicKey
      transport = WatchedTransport(network.transport())
      var configuration = PeerNode.Configuration(store: store)
      configuration.network = Network(listen: .any())
      configuration.connectsAutomatically = connects
      node = PeerNode(configuration, transport: transport)
    }
  }

  /// Two connected nodes. `other` serves `echo`, and `wait`, which answers when `gate` says so.
  private func connected() async throws -> (one: Watched, other: Watched, gate: AsyncStream<Void>.Continuation) {
    let network = MemoryNetwork()
    let (one, other) = (Watched(on: network, connects: true), Watched(on: network, connects: false))
    let (opened, gate) = AsyncStream.makeStream(of: Void.self)
    await other.node.expose("echo", access: .anyTrusted, limit: 64) { $0.arguments }
    await other.node.expose("wait", access: .anyTrusted, limit: 64) { request in
      for await _ in opened { break }
      return request.arguments
    }
    try await one.node.start()
    try await other.node.start()
    try await one.node.pair(other.key, label: "other", wire: .two)
    try await other.node.pair(one.key, label: "one", wire: .two)
    try await one.node.connect(to: other.key, timeout: .seconds(30))
    return (one, other, gate)
  }

  /// The same over sockets, where the calling thread goes inside; `server` serves `echo` alone.
  private func connectedOverSockets() async throws -> (client: PeerNode, server: PeerNode, board: PublicKey) {
    let server = try LoopbackTests.node(1, trusting: 2, wire: .two)
    await server.expose("echo", limit: 64) { $0.arguments }
    try await server.start()
    let client = try LoopbackTests.node(2, trusting: 1, wire: .two)
    try await client.start()
    let board = LoopbackTests.key(1).publicKey
    let port = try #require(await server.port)
    try await client.connect(to: board, at: [.loopback(port: port)])
    return (client, server, board)
  }

  private func stop(_ nodes: Watched...) async {
    for node in nodes { await node.node.stop() }
  }

  /// The arguments of all that was asked, up to the last one.
  private func asked(_ events: AsyncStream<Event>, until last: Term) async -> [Term] {
    var asked: [Term] = []
    for await event in events {
      switch event {
      case .request(let request), .message(let request): asked.append(request.arguments)
      default: break
      }
      if asked.last == last { break }
    }
    return asked
  }

  // MARK: Crossings

  /// An application's actor with an executor of its own.
  private actor Caller {
    nonisolated let executor: PatientExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ executor: PatientExecutor) { self.executor = executor }

    func call(_ node: PeerNode, _ key: PublicKey, _ name: Atom, _ argument: Int64) async throws -> Term {
      try await node.call(key, name, .integer(argument), timeout: .seconds(60))
    }

    func callWithTypes(_ device: Device, _ argument: Int) async throws -> Int {
      try await device.call("echo", argument, timeout: .seconds(60))
    }
  }

  /// From one job of the caller to its next one nothing hops to the node's actor, at neither end: each is entered once.
  @Test(arguments: [false, true]) func aReplyWakesItsCallerOnce(hasTypes: Bool) async throws {
    let (one, other, _) = try await connected()
    let executor = PatientExecutor()
    let caller = Caller(executor)
    // The nodes have something of their own to do now and then, which can only add to it.
    var least = (one: (jobs: Int.max, entries: Int.max), other: (jobs: Int.max, entries: Int.max))
    for number in 0..<20 {
      let before = (executor.crossings, one.transport.crossings, other.transport.crossings)
      let call = Task { () async throws -> Term in
        guard hasTypes else { return try await caller.call(one.node, other.key, "echo", Int64(number)) }
        return .integer(Int64(try await caller.callWithTypes(one.node.device(other.key), number)))
      }
      // It begins, and has its reply: not before it waits for one, or it would go on without being woken.
      one.transport.hold()
      try await eventually { executor.hasWork }
      executor.run()
      one.transport.release()
      try await eventually { executor.hasWork }
      executor.run()
      #expect(try await call.value == .integer(Int64(number)))
      #expect(executor.crossings - before.0 == 2)
      let after = (one.transport.crossings, other.transport.crossings)
      least.one.jobs = min(least.one.jobs, after.0.jobs - before.1.jobs)
      least.one.entries = min(least.one.entries, after.0.entries - before.1.entries)
      least.other.jobs = min(least.other.jobs, after.1.jobs - before.2.jobs)
      least.other.entries = min(least.other.entries, after.1.entries - before.2.entries)
    }
    #expect(least.one.jobs == 0 && least.one.entries == 1)
    #expect(least.other.jobs == 0 && least.other.entries == 1)
    await stop(one, other)
  }

  /// Eight replies of one read: each wakes its caller once, and none of them hops to the node's actor.
  @Test func repliesThatComeTogetherWakeEachCallerOnce() async throws {
    let (one, other, gate) = try await connected()
    let executor = PatientExecutor()
    let caller = Caller(executor)
    let calls = (0..<8).map { number in
      Task { try await caller.call(one.node, other.key, "wait", Int64(number)) }
    }
    try await eventually {
      executor.run()
      return await one.node.pending == 8
    }
    try #require(!executor.hasWork)
    let before = (executor.crossings, one.transport.crossings.jobs)
    one.transport.enter {
      one.node.assumeIsolated { node in
        for id in node.calls.keys.sorted() { node.happened(.callFinished(id, .answered(.ok(.atom("come"))))) }
      }
    }
    try await eventually { executor.crossings - before.0 >= 8 }
    let hops = one.transport.crossings.jobs - before.1
    executor.run()
    for call in calls { #expect(try await call.value == .atom("come")) }
    #expect(executor.crossings - before.0 == 8)
    #expect(hops == 0)
    gate.finish()
    await stop(one, other)
  }

  /// Who has to wait for the executor has less time left for the answer, not more.
  @Test func theWaitForTheExecutorIsPartOfTheCallsTime() async throws {
    let (one, other, gate) = try await connected()
    let before = one.transport.crossings.entries
    one.transport.hold()
    let call = Task { try await one.node.call(other.key, "wait", timeout: .seconds(60), waiting: .seconds(60)) }
    try await eventually { one.transport.crossings.entries > before }
    let asked = one.transport.now()
    try await Task.sleep(for: .milliseconds(200))
    one.transport.release()
    try await eventually { await one.node.callsOnTheWire == 1 }
    #expect(try #require(await one.node.callDeadline) <= asked + .seconds(60))
    call.cancel()
    _ = await call.result
    gate.finish()
    await stop(one, other)
  }

  // MARK: Order

  /// These tests are about order and place, not about time: other tests may keep all threads busy for seconds.
  private static let patience = Duration.seconds(60)
  private static let inOrder: [Term] = (0..<300).map { Term.integer(Int64($0)) } + [Term.atom("last")]

  @Test func whatOneTaskAsksComesInOrder() async throws {
    let (one, other, _) = try await connected()
    let events = await other.node.events
    for number in 0..<300 {
      if number % 3 == 0 {
        _ = try await one.node.call(other.key, "echo", .integer(Int64(number)), timeout: Self.patience)
      } else {
        try await one.node.send(other.key, "echo", .integer(Int64(number)))
      }
    }
    _ = try await one.node.call(other.key, "echo", .atom("last"), timeout: Self.patience)
    #expect(await asked(events, until: .atom("last")) == Self.inOrder)
    await stop(one, other)
  }

  @Test func whatOneTaskAsksComesInOrderOverSockets() async throws {
    let (client, server, board) = try await connectedOverSockets()
    let events = await server.events
    for number in 0..<300 {
      if number % 3 == 0 {
        _ = try await client.call(board, "echo", .integer(Int64(number)), timeout: Self.patience)
      } else {
        try await client.send(board, "echo", .integer(Int64(number)))
      }
    }
    _ = try await client.call(board, "echo", .atom("last"), timeout: Self.patience)
    #expect(await asked(events, until: .atom("last")) == Self.inOrder)
    await client.stop()
    await server.stop()
  }

  @Test @MainActor func theMainActorsCallsComeBackToIt() async throws {
    let (client, server, board) = try await connectedOverSockets()
    for number in 0..<100 {
      let answer = try await client.call(board, "echo", .integer(Int64(number)), timeout: Self.patience)
      MainActor.assertIsolated()
      #expect(answer == .integer(Int64(number)))
    }
    await client.stop()
    await server.stop()
  }

  // MARK: Ends

  /// It is cancelled on its way to the executor: nothing is sent, although it gets there first.
  @Test func whatIsCancelledBeforeItIsSentSendsNothing() async throws {
    let (one, other, _) = try await connected()
    let events = await other.node.events
    one.transport.hold()
    let before = one.transport.crossings.entries
    let call = Task { try await one.node.call(other.key, "echo", .atom("cancelled"), timeout: .seconds(3_600)) }
    try await eventually { one.transport.crossings.entries == before + 1 }
    call.cancel()
    one.transport.release()
    await #expect(throws: CancellationError.self) { try await call.value }
    #expect(await one.node.pending == 0)
    #expect(await one.node.callsOnTheWire == 0)
    _ = try await one.node.call(other.key, "echo", .atom("last"))
    #expect(await asked(events, until: .atom("last")) == [.atom("last")])
    await stop(one, other)
  }

  /// The reply is there before the cancellation gets to the executor: it counts, and nothing ends twice.
  @Test func theFirstEndCounts() async throws {
    let (one, other, gate) = try await connected()
    let call = Task { try await one.node.call(other.key, "wait", .integer(1), timeout: .seconds(3_600)) }
    try await eventually { await other.node.pending == 1 }
    one.transport.hold()
    call.cancel()
    gate.finish()
    #expect(try await call.value == .integer(1))
    one.transport.release()
    // Behind what was held.
    #expect(try await one.node.call(other.key, "echo", .integer(2)) == .integer(2))
    #expect(await one.node.pending == 0)
    await stop(one, other)
  }

  @Test func whatIsCancelledAfterItsEndKeepsIt() async throws {
    let (one, other, _) = try await connected()
    let call = Task { try await one.node.call(other.key, "echo", .integer(1)) }
    _ = await call.result
    call.cancel()
    #expect(try await call.value == .integer(1))
    await stop(one, other)
  }

  /// The node stops while a call is on its way to the executor.
  @Test func aStopInBetweenIsTold() async throws {
    let (one, other, _) = try await connected()
    one.transport.hold()
    let before = one.transport.crossings.entries
    let call = Task { try await one.node.call(other.key, "echo", timeout: .seconds(3_600)) }
    try await eventually { one.transport.crossings.entries == before + 1 }
    await one.node.stop()
    one.transport.release()
    await #expect(throws: PeerNetError.stopped) { try await call.value }
    #expect(await one.node.pending == 0)
    await stop(other)
  }

  // MARK: The executor on Linux

  private actor Inside {
    nonisolated let thread: ReactorThread
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
    private(set) var count = 0

    init(_ thread: ReactorThread) { self.thread = thread }

    func add() { count += 1 }
  }

  /// Threads that enter and jobs of the runtime: one at a time, and none is lost.
  @Test func whoeverEntersIsAlone() async throws {
    let inside = try Inside(ReactorThread())
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for number in 0..<2_000 {
            if (task + number) % 5 == 0 {
              await inside.add()
            } else {
              inside.thread.enter { inside.assumeIsolated { $0.add() } }
            }
          }
        }
      }
    }
    #expect(await inside.count == 16_000)
  }
}
