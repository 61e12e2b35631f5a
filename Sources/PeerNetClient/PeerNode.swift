import ETF
import PeerNet
import Sodium

/// A PeerNet node for applications.
///
///     let node = PeerNode(configuration, transport: try ReactorThread(...))
///     try await node.start()
///     try await node.connect(to: board)
///     let answer = try await node.call(board, "gpio.read", .map([]))
public actor PeerNode {
  /// Who the node is and how it behaves.
  public struct Configuration: Sendable {
    /// Gives the key pair that is this node's identity, such as `KeyFile` decodes; asked once, by `start`.
    public var identity: @Sendable () throws -> KeyPair
    public var trust: TrustList
    public var memory: PeerMemory
    public var node: NodeConfiguration
    /// Whether to look for peers by UDP, and to announce this node if it listens.
    public var discovers = true
    public var announces = false

    public init(identity: @escaping @Sendable () throws -> KeyPair, trust: TrustList, memory: PeerMemory = PeerMemory())
    {
      self.identity = identity
      self.trust = trust
      self.memory = memory
      node = NodeConfiguration()
      node.dialsAutomatically = false
    }
  }

  /// Answers a peer's call. What it throws becomes `{error, handler_crash}`; a `PeerNetError.remote` keeps its reason.
  public typealias Handler = @Sendable (_ request: Request) async throws -> Term

  private let configuration: Configuration
  private let transport: any Transport
  private var node: Node?
  private var handlers: [[UInt8]: Handler] = [:]
  private var calls: [CallID: CheckedContinuation<Reply, any Error>] = [:]
  private var pings: [[UInt8]: Ping] = [:]
  private var waiters: [Waiter] = []
  private var lastWaiter: UInt64 = 0
  private var listeners: [UInt64: AsyncStream<Event>.Continuation] = [:]
  private var lastListener: UInt64 = 0

  private struct Ping {
    let key: PublicKey
    let continuation: CheckedContinuation<PeerNet.Duration, any Error>
  }

  private struct Waiter {
    let id: UInt64
    let key: PublicKey
    /// Where the caller said that the peer is.
    let named: [Endpoint]
    let continuation: CheckedContinuation<Void, any Error>
  }

  public nonisolated var unownedExecutor: UnownedSerialExecutor { transport.executor.asUnownedSerialExecutor() }

  public init(_ configuration: Configuration, transport: any Transport) {
    self.configuration = configuration
    self.transport = transport
  }

  // MARK: Life

  /// Opens the transport and joins the network.
  public func start() throws {
    guard node == nil else { return }
    let port = try transport.open()
    var random = RandomStream.system()
    let identity = try configuration.identity()
    let now = transport.now()
    var discoveries: [any Discovery] = []
    if configuration.discovers {
      let udp = UDPDiscovery.Configuration(
        key: identity.publicKey, port: configuration.announces ? port : nil)
      discoveries.append(UDPDiscovery(udp, random: RandomStream(seed: random.bytes(32)), now: now))
    }
    let node = Node(
      identity: identity, trust: configuration.trust, memory: configuration.memory,
      configuration: configuration.node, discoveries: discoveries, seed: random.bytes(32), now: now)
    for name in handlers.keys { node.expose(name) }
    self.node = node
    try transport.attach(node) { [weak self] event in self?.assumeIsolated { $0.happened(event) } }
  }

  /// Says goodbye to every peer and closes. Whatever still waits fails with `stopped`.
  public func stop() {
    guard let node else { return }
    node.stop(now: transport.now())
    transport.carryOut()
    transport.close()
    self.node = nil
    for waiter in waiters { waiter.continuation.resume(throwing: PeerNetError.stopped) }
    waiters = []
    for call in calls.keys.sorted() { calls.removeValue(forKey: call)?.resume(throwing: PeerNetError.stopped) }
    for ping in pings.values { ping.continuation.resume(throwing: PeerNetError.stopped) }
    pings = [:]
    for listener in listeners.values { listener.finish() }
    listeners = [:]
  }

  // MARK: Peers

  /// Every trusted peer and its state, ordered by key.
  public var peers: [Node.PeerStatus] { node?.statuses ?? [] }

  public var publicKey: PublicKey? { node?.publicKey }

  /// What should be kept for the next run: proven addresses and wires.
  public var memory: PeerMemory { node?.memory ?? configuration.memory }

  /// When what `peers` tells happened, on the transport's clock.
  public var now: Instant { transport.now() }

  public func isConnected(to key: PublicKey) -> Bool { peers.contains { $0.entry.key == key && $0.isConnected } }

  /// Puts another trust list in force; whoever is not in it is disconnected at once.
  public func setTrust(_ list: TrustList) { act { $0.setTrust(list, now: $1) } }

  /// Everything that happens from now on.
  ///
  /// A listener that falls 4,096 events behind loses the oldest.
  public func events() -> AsyncStream<Event> {
    let (stream, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(4_096))
    guard node != nil else {
      continuation.finish()
      return stream
    }
    lastListener += 1
    let id = lastListener
    listeners[id] = continuation
    continuation.onTermination = { [weak self] _ in Task { [weak self] in await self?.forgetListener(id) } }
    return stream
  }

  /// Asks every node in the neighbourhood where it is. What comes of it are `sighted` events.
  public func solicit() { act { $0.solicit(now: $1) } }

  /// Waits until a peer is connected, dialling it at the given and every known address.
  public func connect(to key: PublicKey, at endpoints: [Endpoint] = [], timeout: Swift.Duration = .seconds(10))
    async throws
  {
    guard let node else { throw PeerNetError.stopped }
    guard node.connect(key, at: endpoints, now: transport.now()) else { throw PeerNetError.untrustedPeer }
    if !isConnected(to: key) { node.solicit(now: transport.now()) }
    transport.carryOut()
    if isConnected(to: key) { return }
    lastWaiter += 1
    let id = lastWaiter
    let deadline = Task { [weak self] in
      try await Task.sleep(for: timeout)
      await self?.giveUp(id)
    }
    defer { deadline.cancel() }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        waiters.append(Waiter(id: id, key: key, named: endpoints, continuation: continuation))
        if Task.isCancelled { end(id, CancellationError()) }
      }
    } onCancel: {
      Task { [weak self] in await self?.end(id, CancellationError()) }
    }
  }

  /// Ends every connection to a peer.
  public func disconnect(from key: PublicKey) { act { $0.disconnect(key, now: $1) } }

  // MARK: Calls

  /// Calls a handle of a connected peer and waits for its answer.
  ///
  /// - Throws: `PeerNetError`, or `CancellationError` when the task is cancelled; the peer may run the call all the same.
  public func call(_ key: PublicKey, _ name: Atom, _ arguments: Term, timeout: Swift.Duration = .seconds(5))
    async throws -> Term
  {
    guard let node else { throw PeerNetError.stopped }
    let id: CallID
    do {
      id = try node.call(key, name, arguments, timeout: PeerNet.Duration(timeout), now: transport.now())
    } catch { throw PeerNetError(error) }
    let reply: Reply = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        calls[id] = continuation
        transport.carryOut()
        if Task.isCancelled { cancel(id) }
      }
    } onCancel: {
      Task { [weak self] in await self?.cancel(id) }
    }
    switch reply {
    case .ok(let value): return value
    case .error(let reason): throw PeerNetError.remote(reason)
    }
  }

  /// Sends a message to a handle of a connected peer; nothing tells whether it arrived.
  public func send(_ key: PublicKey, _ name: Atom, _ arguments: Term) throws {
    guard let node else { throw PeerNetError.stopped }
    do { try node.send(key, name, arguments, now: transport.now()) } catch { throw PeerNetError(error) }
    transport.carryOut()
  }

  /// Measures one round trip to a connected peer.
  public func ping(_ key: PublicKey) async throws -> Swift.Duration {
    guard let node else { throw PeerNetError.stopped }
    let nonce: [UInt8]
    do { nonce = try node.ping(key, now: transport.now()) } catch { throw PeerNetError(error) }
    let roundTrip = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        pings[nonce] = Ping(key: key, continuation: continuation)
        transport.carryOut()
        if Task.isCancelled { cancelPing(nonce) }
      }
    } onCancel: {
      Task { [weak self] in await self?.cancelPing(nonce) }
    }
    return .nanoseconds(roundTrip.nanoseconds)
  }

  // MARK: Handlers

  /// Exposes a name to the peers whose trust lines allow it.
  public func expose(_ name: String, handler: @escaping Handler) {
    handlers[Array(name.utf8)] = handler
    node?.expose(Array(name.utf8))
  }

  /// Takes a name back.
  public func revoke(_ name: String) {
    handlers[Array(name.utf8)] = nil
    node?.revoke(Array(name.utf8))
  }

  // MARK: What happens

  private func act(_ body: (Node, Instant) -> Void) {
    guard let node else { return }
    body(node, transport.now())
    transport.carryOut()
  }

  private func happened(_ event: Event) {
    switch event {
    case .connected(let key): for waiter in waiters where waiter.key == key { end(waiter.id, nil) }
    case .disconnected(let key, let reason):
      refused(key, reason)
      for (nonce, ping) in pings where ping.key == key {
        pings[nonce] = nil
        ping.continuation.resume(throwing: PeerNetError.notConnected)
      }
    case .closed(_, let key, let reason): refused(key, reason)
    case .dialFailed(let key, let endpoint, let reason): refused(key, reason, at: endpoint)
    case .callFinished(let id, let outcome): finish(id, outcome)
    case .pong(_, let nonce, let roundTrip): pings.removeValue(forKey: nonce)?.continuation.resume(returning: roundTrip)
    case .request(let request): serve(request)
    case .message(let request): serve(request)
    case .opened, .rejected, .refused, .sighted, .memoryChanged: break
    }
    for listener in listeners.values { listener.yield(event) }
  }

  /// Some failures do not mend by waiting: whoever waits for the peer hears of them at once.
  ///
  /// At an address that is only remembered or hinted at, anyone may answer by now: another one is given a moment.
  private func refused(_ key: PublicKey, _ reason: CloseReason, at endpoint: Endpoint? = nil) {
    switch reason {
    case .peerSaid(.untrusted), .peerSaid(.busy), .unpaired:
      for waiter in waiters where waiter.key == key { end(waiter.id, PeerNetError.unreachable(reason)) }
    case .closedBeforeConfirmed, .wrongPeer:
      for waiter in waiters where waiter.key == key {
        guard let endpoint, !waiter.named.contains(endpoint) else {
          end(waiter.id, PeerNetError.unreachable(reason))
          continue
        }
        let id = waiter.id
        // A neighbour of ours answers a solicit at once; others only announce themselves every five seconds.
        let grace: Swift.Duration = reason == .closedBeforeConfirmed ? .seconds(1) : .seconds(6)
        Task { [weak self] in
          try await Task.sleep(for: grace)
          await self?.end(id, PeerNetError.unreachable(reason))
        }
      }
    default: break
    }
  }

  private func finish(_ id: CallID, _ outcome: CallOutcome) {
    guard let continuation = calls.removeValue(forKey: id) else { return }
    switch outcome {
    case .answered(let reply): continuation.resume(returning: reply)
    case .timedOut: continuation.resume(throwing: PeerNetError.timedOut)
    case .lost(let reason): continuation.resume(throwing: PeerNetError.outcomeUnknown(reason))
    }
  }

  private func serve(_ request: Request) {
    guard let handler = handlers[request.name] else { return }
    Task {
      var reply: Reply
      do {
        reply = .ok(try await handler(request))
      } catch PeerNetError.remote(let reason) {
        reply = .error(reason)
      } catch {
        reply = .error(.atom("handler_crash"))
      }
      guard let token = request.token else { return }
      node?.reply(token, reply, now: transport.now())
      transport.carryOut()
    }
  }

  private func cancel(_ id: CallID) {
    guard let continuation = calls.removeValue(forKey: id) else { return }
    node?.cancel(id)
    continuation.resume(throwing: CancellationError())
  }

  private func cancelPing(_ nonce: [UInt8]) {
    pings.removeValue(forKey: nonce)?.continuation.resume(throwing: CancellationError())
  }

  private func giveUp(_ waiter: UInt64) {
    guard let key = waiters.first(where: { $0.id == waiter })?.key else { return }
    end(waiter, PeerNetError.unreachable(peers.first { $0.entry.key == key }?.lastClose))
  }

  private func end(_ waiter: UInt64, _ error: (any Error)?) {
    guard let index = waiters.firstIndex(where: { $0.id == waiter }) else { return }
    let continuation = waiters.remove(at: index).continuation
    if let error { continuation.resume(throwing: error) } else { continuation.resume() }
  }

  private func forgetListener(_ id: UInt64) { listeners[id] = nil }
}

extension PeerNet.Duration {
  /// Rounded down to nanoseconds, saturating.
  public init(_ duration: Swift.Duration) {
    let (seconds, attoseconds) = duration.components
    self = .seconds(seconds) + .nanoseconds(attoseconds / 1_000_000_000)
  }
}
