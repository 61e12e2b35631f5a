import ETF
import Noise
import Sodium

/// A PeerNet node: who it is, whom it trusts, what it exposes, and every connection it has.
///
/// It never touches the outside world. What happened goes in by `handle…(now:)`, what the application wants by the other
/// verbs; after each of them the caller carries out `nextOutput()` until it is nil, and calls `timeout(now:)` no later
/// than `deadline`. Not thread-safe: one owner.
// The runtime does not check the variables that every call touches, here and in Session, Connection and OpenConnection, for
// overlapping accesses: that took a sixth of a call's instructions. So a method that changes one must not reach it again.
public final class Node {
  /// The identity's public half: what peers name this node by.
  public let publicKey: PublicKey
  /// Chosen at process start; tells two processes of one identity apart.
  public private(set) var hello: Hello
  /// What is changed counts from the next time that it is looked at; features were told when the node was made.
  public var configuration: NodeConfiguration { didSet { for peer in peers { schedule(peer) } } }

  let identity: KeyPair
  var random: RandomStream

  /// Trusted peers, ordered by key so that nothing depends on a hash's order.
  var peers: [PeerLinks] = []
  @exclusivity(unchecked) var registry = Registry()
  var strangers: Strangers
  @exclusivity(unchecked) var serving = Serving()
  @exclusivity(unchecked) var turns = Turns()
  @exclusivity(unchecked) var timers = Timers()
  @exclusivity(unchecked) private var outputs = Outputs()
  /// Connections that may have bytes to write.
  @exclusivity(unchecked) private var writers: [Connection] = []
  var discoveries: [any Discovery]
  /// What should outlive the process.
  public internal(set) var memory: PeerMemory
  /// How many bytes all connections hold: input that is not served yet, arguments of requests at work, and output that
  /// the kernel has not taken.
  @exclusivity(unchecked) public internal(set) var heldBytes = 0
  var lastCall: UInt64 = 0
  /// When the dials may start over for a change of the network.
  var nextRestart = Instant.zero
  var isStopping = false

  /// A node that trusts whom the list names. Outputs may wait as soon as it is made.
  ///
  /// The `seed` is 32 fresh random bytes, from which all of the node's randomness comes. Sightings of peers come from
  /// the `discoveries`.
  public init(
    identity: consuming KeyPair, trust: TrustList, memory: PeerMemory = PeerMemory(),
    configuration: NodeConfiguration = NodeConfiguration(), discoveries: [any Discovery] = [], seed: [UInt8],
    now: Instant
  ) {
    var random = RandomStream(seed: seed)
    publicKey = identity.publicKey
    hello = Hello(instance: random.bytes(Hello.instanceCount), features: configuration.features)
    hello.interval = configuration.helloInterval
    self.identity = identity
    strangers = Strangers(flood: FloodGuard(limits: configuration.limits, random: &random, now: now))
    self.random = random
    self.memory = memory
    self.configuration = configuration
    self.discoveries = discoveries
    setTrust(trust, now: now)
    drainDiscoveries(now: now)
  }

  /// Peers and their connections hold each other.
  deinit { for connection in connections { connection.close() } }

  var limits: Limits { configuration.limits }
  /// Every connection, ordered by id.
  var connections: [Connection] { registry.connections }

  /// Offers probes beside the stream at a UDP port that the transport has opened for them, or none any more. It counts for
  /// connections that are made from now on.
  public func offerProbes(at port: UInt16?) { hello.offerProbes(at: port) }

  /// The trusted peer with this key.
  func peer(_ key: PublicKey) -> PeerLinks? {
    var low = 0
    var high = peers.count
    while low < high {
      let middle = (low + high) / 2
      if peers[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return low < peers.count && peers[low].key == key ? peers[low] : nil
  }

  // MARK: Output

  /// The next thing to do, or nil when all is done for now.
  public func nextOutput() -> Output? {
    while outputs.isEmpty, let connection = turns.takeContinued() {
      if !connection.isClosed { read(connection, now: turns.began) }
    }
    if let output = outputs.popFirst() { return output }
    // Bytes are taken as late as possible, so that many envelopes are one write.
    while let connection = writers.popLast() {
      connection.isListed = false
      if !connection.isClosed, let bytes = connection.session.takeOutput() { return .send(connection.id, bytes) }
    }
    return nil
  }

  func emit(_ output: Output) { outputs.append(output) }
  func emit(_ event: Event) { outputs.append(.event(event)) }

  /// A connection may have something to write, and it may hold more or less than before.
  func noteOutput(of connection: Connection) {
    if !connection.isListed {
      connection.isListed = true
      writers.append(connection)
    }
    count(connection)
  }

  /// The same, and its timers may have moved.
  func touch(_ connection: Connection) {
    guard !connection.isClosed else { return }
    noteOutput(of: connection)
    timers[connection.timer] = connection.deadline
  }

  // MARK: Time

  /// When to call `timeout` at the latest; nil when nothing is waited for.
  public var deadline: Instant? {
    let due = timers.deadline
    return due == .distantFuture ? nil : due
  }

  /// Does what is due. Safe to call early or often.
  public func timeout(now: Instant) {
    if now >= timers[.turns] { takeTurns(now: now) }
    guard now >= timers.deadline else { return }
    if now >= timers[.discovery] {
      for discovery in discoveries { discovery.timeout(now: now) }
      drainDiscoveries(now: now)
    }
    if now >= timers[.network] { restartDials(now: now) }
    for connection in connections where !connection.isClosed && now >= timers[connection.timer] {
      expire(connection, now: now)
    }
    if now >= timers[.strangers] { answerStrangers(now: now) }
    for peer in peers where now >= timers[peer.timer] { dialIfDue(peer, now: now) }
  }

  // MARK: Inputs from the transport

  /// Somebody connected to our port.
  public func handleAccepted(from endpoint: Endpoint, now: Instant) -> ConnectionID {
    let id = registry.newID()
    let session = Session(role: .responder, endpoint: endpoint, wire: .one, limits: limits)
    let stranger = strangers.meet(endpoint, limits, now: now)
    let connection = Connection(
      id, session, .stranger(stranger, until: now + limits.handshakeDeadline), timer: timers.add(), now: now)
    registry.add(connection)
    touch(connection)
    if let victim = strangers.add(connection, limits, now: now) { close(victim, .evicted, now: now) }
    if isStopping { close(connection, .stopping, now: now) }
    return id
  }

  /// A dial has come up.
  public func handleConnected(_ id: ConnectionID, now: Instant) {
    guard let connection = registry[id], connection.connected(now: now, limits) else { return }
    connection.session.connected(now: now, random: &random)
    touch(connection)
  }

  /// A dial failed.
  public func handleDialFailed(_ id: ConnectionID, _ reason: CloseReason, now: Instant) {
    if let connection = registry[id] { remove(connection, reason, now: now) }
  }

  /// The kernel has taken all bytes of the last `.send`.
  public func handleDrained(_ id: ConnectionID, now: Instant) {
    guard let connection = registry[id] else { return }
    turns.begin(at: now)
    do { try connection.session.drained() } catch { return close(connection, .session(error), now: now) }
    touch(connection)
    if connection.open?.wait == .drain, !connection.session.owesTooMuch { read(connection, now: now) }
    closeIfRetired(connection, now: now)
  }

  /// Takes the array of a `.send` back once its bytes are gone and nobody else holds it: the next one then needs none.
  public func reuse(_ id: ConnectionID, _ buffer: consuming [UInt8]) { registry[id]?.session.reuse(buffer) }

  /// The connection ended from outside.
  public func handleDisconnected(_ id: ConnectionID, _ reason: CloseReason, now: Instant) {
    guard let connection = registry[id] else { return }
    guard reason == .closedByPeer else { return remove(connection, reason, now: now) }
    if connection.open?.hasTakenLeave ?? false { return remove(connection, .superseded, now: now) }
    remove(connection, connection.isTurnedAway(now: now, limits) ? .closedBeforeConfirmed : reason, now: now)
  }

  /// A datagram has come to the port of `offerProbes`. Whatever is not a connected peer's is dropped without a word.
  public func handleProbe(_ datagram: [UInt8], from endpoint: Endpoint, now: Instant) {
    guard let id = ProbeChannel.session(of: datagram),
      let connection = connections.first(where: { $0.open != nil && $0.session.probes?.id == id })
    else { return }
    if let echo = connection.session.receiveProbe(datagram, from: endpoint, now: now) {
      emit(.probe(connection.id, echo, to: endpoint))
    }
    touch(connection)
  }

  // MARK: Stop

  /// Says goodbye to everybody and closes every connection. Nothing is dialled afterwards.
  public func stop(now: Instant) {
    isStopping = true  // Whoever connects from now on is turned away.
    for connection in connections { close(connection, .stopping, bye: .stopping, now: now) }
  }
}
