import ETF
import Logging
import PeerNet
import PeerNetClientLinux
import PeerNetService
import ServiceLifecycle
import Sodium
import Synchronization
import TestKit
import Testing

@testable import PeerNetClient

/// How a node begins and ends.
@Suite(.timeLimit(.minutes(2))) struct LifeTests {
  /// Two connected nodes; `other` serves `work` by `body`.
  private func connected(_ body: @escaping PeerNode.Handler) async throws -> (one: TestNode, other: TestNode) {
    let network = MemoryNetwork()
    let one = await TestNode(on: network)
    let other = await TestNode(on: network) { $0.connectsAutomatically = false }
    await other.node.expose("work", access: .anyTrusted, handler: body)
    try await one.node.start()
    try await other.node.start()
    try await TestNode.pair(one, other, wire: .two)
    try await one.node.connect(to: other.key, timeout: .seconds(30))
    return (one, other)
  }

  /// A handler is cancelled with the stop, which waits until it has tidied up.
  @Test func stoppingCancelsHandlersAndAwaitsThem() async throws {
    let hasTidied = Flag()
    let (one, other) = try await connected { _ in
      try? await Task.sleep(for: .seconds(3_600))
      #expect(Task.isCancelled)
      // Whoever was cancelled may still take a moment.
      await Task { try? await Task.sleep(for: .milliseconds(50)) }.value
      hasTidied.set()
      return .atom("late")
    }
    let call = Task { try await one.node.call(other.key, "work", timeout: .seconds(3_600)) }
    try await eventually { await other.node.pending == 1 }
    await other.node.stop()
    #expect(hasTidied.isSet)
    await #expect(throws: PeerNetError.outcomeUnknown(.peerSaid(.stopping))) { try await call.value }
    await one.node.stop()
  }

  @Test func aHandlerMayStopItsNode() async throws {
    let (one, other) = try await connected { _ in .atom("ok") }
    await other.node.expose("work", access: .anyTrusted) { [node = other.node] _ in
      await node.stop()
      return .atom("ok")
    }
    await #expect(throws: PeerNetError.outcomeUnknown(.peerSaid(.stopping))) {
      try await one.node.call(other.key, "work")
    }
    await other.node.stop()
    #expect(await other.node.pending == 0)
    await one.node.stop()
  }

  /// Of two nodes of one process, a handler of one that stops the other waits like everybody.
  @Test func aHandlerThatStopsAnotherNodeWaitsForIt() async throws {
    let (hasTidied, hasWaited) = (Flag(), Flag())
    let (one, other) = try await connected { _ in
      try? await Task.sleep(for: .seconds(3_600))
      await Task { try? await Task.sleep(for: .milliseconds(50)) }.value
      hasTidied.set()
      return .atom("late")
    }
    await one.node.expose("stop", access: .anyTrusted) { _ in
      await other.node.stop()
      if hasTidied.isSet { hasWaited.set() }
      return .atom("ok")
    }
    let work = Task { try await one.node.call(other.key, "work", timeout: .seconds(3_600)) }
    try await eventually { await other.node.pending == 1 }
    let stop = Task { try await other.node.call(one.key, "stop") }
    _ = await (work.result, stop.result)
    try await eventually { await one.node.pending == 0 }
    #expect(hasWaited.isSet)
    await one.node.stop()
  }

  /// A peer that sends faster than it is served costs messages, and no memory without bound.
  @Test func aFloodOfMessagesIsBounded() async throws {
    let (one, other) = try await connected { _ in
      try await Task.sleep(for: .seconds(3_600))
      return .atom("never")
    }
    for number in 0..<5_000 { try await one.node.send(other.key, "work", .integer(Int64(number))) }
    // Behind all of them; calls are served as ever.
    #expect(try await one.node.call(other.key, "echo", .integer(1), timeout: .seconds(60)) == .integer(1))
    #expect(await other.node.pending == PeerNode.maximumServed)
    await other.node.stop()
    #expect(await other.node.pending == 0)
    await one.node.stop()
  }

  @Test func twoStopsAtOnceBothReturn() async throws {
    let (one, other) = try await connected { _ in .atom("ok") }
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<10 { group.addTask { await one.node.stop() } }
    }
    #expect(await one.node.statuses.isEmpty)
    await #expect(throws: PeerNetError.stopped) { try await one.node.start() }
    await other.node.stop()
  }

  @Test func aNodeThatNeverStartedCanBeStopped() async throws {
    let one = await TestNode(on: MemoryNetwork())
    let (peers, events) = (await one.node.peers, await one.node.events)
    await one.node.stop()
    for await peers in peers { #expect(peers.isEmpty) }
    for await _ in events { Issue.record("nothing can have happened") }
    await #expect(throws: PeerNetError.stopped) { try await one.node.start() }
  }

  @Test func aNodeThatWasLetGoEndsItsListeners() async throws {
    var events: AsyncStream<Event>?
    do {
      let one = await TestNode(on: MemoryNetwork())
      try await one.node.start()
      events = await one.node.events
    }
    for await _ in try #require(events) {}
  }

  /// What runs inside `run` has a node, which is stopped whatever comes of it.
  @Test func aStructuredRunStopsTheNode() async throws {
    struct Fault: Error {}
    let network = MemoryNetwork()
    let (one, other) = (await TestNode(on: network), await TestNode(on: network) { $0.connectsAutomatically = false })
    try await other.node.start()
    let result = try await one.node.run { node in
      try await TestNode.pair(one, other, wire: .two)
      try await node.connect(to: other.key, timeout: .seconds(30))
      return try await node.call(other.key, "echo", .integer(5))
    }
    #expect(result == .integer(5))
    await #expect(throws: PeerNetError.stopped) { try await one.node.start() }
    try await other.waits(for: one.key, isConnected: false)

    let third = await TestNode(on: network)
    await #expect(throws: Fault.self) { try await third.node.run { _ in throw Fault() } }
    await #expect(throws: PeerNetError.stopped) { try await third.node.start() }
    await other.node.stop()
  }

  // MARK: Service

  @Test func aServiceGroupShutsTheNodeDown() async throws {
    let one = await TestNode(on: MemoryNetwork())
    let peers = await one.node.peers
    let group = ServiceGroup(services: [one.node], logger: .silent)
    let running = Task { try await group.run() }
    try await eventually { await one.node.publicKey != nil }
    await group.triggerGracefulShutdown()
    try await running.value
    for await _ in peers {}
    await #expect(throws: PeerNetError.stopped) { try await one.node.start() }
  }

  @Test func aServiceEndsWithItsTask() async throws {
    let one = await TestNode(on: MemoryNetwork())
    let running = Task { try await one.node.run() }
    try await eventually { await one.node.publicKey != nil }
    running.cancel()
    _ = await running.result
    await #expect(throws: PeerNetError.stopped) { try await one.node.start() }
  }

  @Test func aServiceEndsWhenItsNodeIsStopped() async throws {
    let one = await TestNode(on: MemoryNetwork())
    let running = Task { try await one.node.run() }
    try await eventually { await one.node.publicKey != nil }
    await one.node.stop()
    try await running.value
  }

  // MARK: Failing starts

  /// A port that is taken leaves nothing half open: the node can be started once the port is free, or stopped.
  @Test func aTakenPortCanBeTriedAgain() async throws {
    func node(_ port: UInt16) throws -> PeerNode {
      var configuration = PeerNode.Configuration(store: MemoryStore())
      configuration.network = Network(listen: .loopback(port: port), discoveryPort: nil)
      return try PeerNode(configuration)
    }
    let first = try node(0)
    try await first.start()
    let port = try #require(await first.port)
    let (second, third) = (try node(port), try node(port))
    for node in [second, third] {
      let error = await #expect(throws: PeerNetError.self) { try await node.start() }
      guard case .transport = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(await node.publicKey == nil)
      await #expect(throws: PeerNetError.stopped) { try await node.call(MemoryStore().publicKey, "echo") }
    }
    await third.stop()
    await #expect(throws: PeerNetError.stopped) { try await third.start() }
    await first.stop()
    try await second.start()
    #expect(await second.port == port)
    await second.stop()
  }

  /// A transport that opened and then failed is closed again, and the node is a stopped one.
  @Test func aFailedAttachLeavesAStoppedNode() async throws {
    let transport = FailingTransport()
    let node = PeerNode(PeerNode.Configuration(store: MemoryStore()), transport: transport)
    let peers = await node.peers
    await #expect(throws: PeerNetError.transport("no network")) { try await node.start() }
    await #expect(throws: PeerNetError.stopped) { try await node.start() }
    #expect(await node.publicKey == nil)
    await node.stop()
    for await _ in peers {}
    let closes = transport.closes.load(ordering: .sequentiallyConsistent)
    #expect(closes == 1)
  }
}

final class Flag: Sendable {
  private let value = Atomic(false)

  var isSet: Bool { value.load(ordering: .sequentiallyConsistent) }

  func set() { value.store(true, ordering: .sequentiallyConsistent) }
}

/// Opens, but cannot be joined.
private final class FailingTransport: Transport {
  let inner = MemoryNetwork().transport()
  let closes = Atomic(0)

  var executor: any SerialExecutor { inner.executor }
  func enter(_ body: @escaping @Sendable () -> Void) { inner.enter(body) }
  func now() -> Instant { inner.now() }
  func open(_ network: Network) throws(PeerNetError) -> UInt16? { try inner.open(network) }
  func attach(_ node: Node, onEvent: @escaping (Event) -> Void, onTrouble: @escaping (String) -> Void)
    throws(PeerNetError)
  { throw .transport("no network") }
  func perform(_ body: (Node) -> Void) { inner.perform(body) }
  func close(_ done: @escaping @Sendable () -> Void) {
    closes.add(1, ordering: .sequentiallyConsistent)
    inner.close(done)
  }
}

extension Logger {
  static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
