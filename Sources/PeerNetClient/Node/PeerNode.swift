import Logging
import PeerNet
import Sodium

/// A PeerNet node for applications.
///
/// It holds one identity, finds and keeps in touch with the peers that it trusts, calls what they expose and serves what
/// it exposes itself. A process may have as many nodes as it likes; they share nothing.
///
///     let node = try PeerNode(.init(store: HomeFolder.locate()))
///     try await node.run { node in
///       try await node.connect(to: board)
///       print(try await node.call(board, "gpio.read"))
///     }
///
/// Every function may be called from any task. One that waits ends with `CancellationError` when its task is cancelled,
/// and leaves nothing behind.
public actor PeerNode {
  let configuration: Configuration
  let transport: any Transport
  let bookkeeper: Bookkeeper
  var logger: Logger
  var metrics: NodeMetrics?

  /// Nil before the start and after the stop.
  var node: Node?
  /// What others can dial, once the node has started.
  public private(set) var port: UInt16?
  private var isStopped = false
  private var closing: Task<Void, Never>?
  private var watching: Task<Void, Never>?

  var handlers: [[UInt8]: ExposedHandler] = [:]
  var serving: [UInt64: Task<Void, Never>] = [:]
  var lastServed: UInt64 = 0
  /// Those that were sent and have not ended.
  var calls: [CallID: PendingCall] = [:]
  var pings: [[UInt8]: PendingPing] = [:]
  var waiters: [Waiter] = []
  var lastWaiter: UInt64 = 0
  var histories: [PublicKey: PeerHistory] = [:]
  var eventListeners = Listeners<Event>()
  var peerListeners = Listeners<[Node.PeerStatus]>()
  /// Whether any node was heard of since the start, trusted or not.
  package internal(set) var hasSightings = false
  /// The newest trust list that is in force.
  var trustRevision: UInt64 = 0
  /// What the store knows of peers.
  var remembered: [PublicKey: PeerMemory.Peer] = [:]
  var remembering: Task<Void, Never>?

  /// The transport's: the node runs where its bytes arrive.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { transport.executor.asUnownedSerialExecutor() }

  /// A node that is not on the network yet.
  public init(_ configuration: Configuration, transport: any Transport) {
    self.configuration = configuration
    self.transport = transport
    bookkeeper = Bookkeeper(configuration.store)
    logger = configuration.logger
  }

  /// A node that is let go while it runs is off the network without a goodbye.
  deinit {
    watching?.cancel()
    eventListeners.finish()
    peerListeners.finish()
  }

  // MARK: Life

  /// Opens the transport and joins the network. A node that runs already goes on.
  ///
  /// - Throws: what the store throws, upon which it may be tried again; ``PeerNetError/transport(_:)``, upon which it may
  ///   be when nothing had been opened yet; or ``PeerNetError/stopped``: a node runs once.
  public func start() throws {
    guard try mayStart() else { return }
    let store = configuration.store
    let identity = try store.identity()
    // In this order: what is changed in between would be missed otherwise.
    let trustChanges = store.trustChanges()
    try start(as: identity, trusting: store.trust(), changes: trustChanges)
  }

  /// The same for a caller that has read its store itself, so that nothing is read twice. The `changes` are the store's,
  /// asked for before the list was read.
  package func start(as identity: consuming KeyPair, trusting trust: TrustList, changes: AsyncStream<Void>) throws {
    guard try mayStart() else { return }
    let memory = try configuration.store.memory()
    let network = configuration.network
    let port = try transport.open(network)
    var random = RandomStream.system()
    let now = transport.now()
    var discoveries: [any Discovery] = []
    if network.discoveryPort != nil {
      let udp = UDPDiscovery.Configuration(key: identity.publicKey, port: network.announces ? port : nil)
      discoveries.append(UDPDiscovery(udp, random: RandomStream(seed: random.bytes(32)), now: now))
    }
    logger[metadataKey: "node"] = .string(identity.publicKey.fingerprintText)
    metrics = NodeMetrics(node: identity.publicKey.fingerprintText, factory: configuration.metrics)
    for peer in memory.peers { remembered[peer.key] = peer }
    let node = Node(
      identity: identity, trust: trust, memory: memory, configuration: configuration.node, discoveries: discoveries,
      seed: random.bytes(32), now: now)
    for (name, handler) in handlers { handler.expose(name, on: node) }
    self.node = node
    self.port = port
    do {
      try transport.attach(
        node, onEvent: { [weak self] event in self?.assumeIsolated { $0.happened(event) } },
        onTrouble: { [weak self] text in self?.assumeIsolated { $0.logger.warning("\(text)") } })
    } catch {
      // A transport that is open is closed once: there is no second try.
      beginStop()
      throw error
    }
    logger.info("started", metadata: ["port": "\(port.map { "\($0)" } ?? "none")"])
    publishPeers()
    watching = Task { [weak self] in
      for await _ in changes { await self?.trustMayHaveChanged() }
    }
  }

  /// False for a node that runs already.
  private func mayStart() throws(PeerNetError) -> Bool {
    guard !isStopped else { throw .stopped }
    return node == nil
  }

  /// Says goodbye to every peer, ends whatever still waits with ``PeerNetError/stopped``, cancels the handlers that are
  /// at work, and returns when these have ended and everything is closed and kept.
  ///
  /// From inside one of its own handlers it does not wait: a handler cannot outlast its own end.
  public func stop() async {
    beginStop()
    if Self.served != ObjectIdentifier(self) { await closing?.value }
  }

  private func beginStop() {
    guard closing == nil else { return }
    isStopped = true
    leave()
    closing = Task { await self.close() }
  }

  /// Everything of the stop that takes no time.
  private func leave() {
    guard node != nil else { return }
    // Before the goodbye, of which they would hear as of a lost connection.
    for waiter in waiters { endWaiter(waiter.id, PeerNetError.stopped) }
    for call in calls.keys.sorted() { endCall(call, .failure(PeerNetError.stopped), .stopped) }
    for nonce in pings.keys { endPing(nonce, .failure(PeerNetError.stopped)) }
    perform { $0.stop(now: $1) }
    self.node = nil
    watching?.cancel()
    for task in serving.values { task.cancel() }
    logger.info("stopped")
  }

  private func close() async {
    await withCheckedContinuation { continuation in transport.close { continuation.resume() } }
    for task in serving.values { await task.value }
    await remembering?.value
    eventListeners.finish()
    peerListeners.finish()
  }

  /// Starts, does `body`, and stops whatever comes of it.
  public nonisolated func run<Result: Sendable>(_ body: (PeerNode) async throws -> Result) async throws -> Result {
    do {
      try await start()
      let result = try await body(self)
      await stop()
      return result
    } catch {
      await stop()
      throw error
    }
  }

  // MARK: Who and when

  /// This node's key, by which others know it; nil until it has started.
  public var publicKey: PublicKey? { node?.publicKey }

  /// The transport's clock, on which everything that a status tells of happened.
  public var now: Instant { transport.now() }

  /// Calls the node. What came of it is carried out before this returns; events may come on the way. A node that does not
  /// run is not called, and the result is nil.
  @discardableResult
  func perform<Value, Failure: Error>(
    _ body: (Node, Instant) throws(Failure) -> Value
  ) throws(Failure) -> Value? {
    guard node != nil else { return nil }
    let now = transport.now()
    var result: Result<Value, Failure>?
    transport.perform { node in result = Result { () throws(Failure) in try body(node, now) } }
    return try result?.get()
  }
}
