import ETF
import Noise
import Sodium

/// A PeerNet node: who it is, whom it trusts, what it exposes, and every connection it has.
///
/// It never touches the outside world. Bytes and time go in through its verbs; after each of them the caller carries
/// out `nextOutput()` until it is nil, and calls `timeout(now:)` no later than `deadline`. Not thread-safe: one owner.
public final class Node {
  /// The identity's public half: what peers name this node by.
  public let publicKey: PublicKey
  /// Chosen at process start; tells two processes of one identity apart.
  public private(set) var hello: Hello
  /// What is changed counts from the next time that it is looked at; features were told when the node was made.
  public var configuration: NodeConfiguration

  let identity: KeyPair
  var random: RandomStream

  /// Trusted peers, ordered by key so that nothing depends on a hash's order.
  var peers: [Peer] = []
  /// Connections, ordered by id.
  var sessions: [Session] = []
  /// The incoming sessions without a proven trusted key, the oldest first.
  var strangers: [Session] = []
  /// What is known of all those sessions together.
  var flood: FloodGuard
  /// How many of `sessions` are admitted.
  var admitted = 0
  var handlers: [[UInt8]: Handler] = [:]
  var requests: [UInt64: RequestRecord] = [:]
  var discoveries: [any Discovery]
  /// What should outlive the process.
  public internal(set) var memory: PeerMemory

  /// The calls at work, and which peers they belong to.
  var atWork = Slots(limit: .max, isFair: false)
  /// The connections whose input is served as soon as the outputs are carried out, and those whose peers have used up
  /// their turn.
  var continued: [Session] = []
  var waiting: [Session] = []
  /// The number of this turn, and when it began.
  var turn: UInt64 = 0
  var turnBegan = Instant.zero
  /// How many bytes all connections hold: input that is not served yet, arguments of requests at work, and output that
  /// the kernel has not taken.
  public internal(set) var heldBytes = 0

  private var lastConnection: UInt64 = 0
  var lastCall: UInt64 = 0
  var lastRequest: UInt64 = 0
  private var outputs: [Output?] = []
  private var outputHead = 0
  /// Connections that may have bytes to write.
  private var dirty: [Session] = []
  /// When the dials may start over for a change of the network.
  var nextRestart = Instant.zero
  /// A change since the last time waits for that.
  var isRestartDue = false
  /// No timer is due before this.
  var earliest = Instant.distantFuture
  var isStopping = false

  struct RequestRecord {
    let connection: ConnectionID
    let id: UInt64
    let byteCount: Int
    let peer: PublicKey
    let handler: Handler

    var name: [UInt8] { handler.name }
  }

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
    flood = FloodGuard(limits: configuration.limits, random: &random, now: now)
    self.random = random
    self.memory = memory
    self.configuration = configuration
    self.discoveries = discoveries
    setTrust(trust, now: now)
    drainDiscoveries(now: now)
  }

  var limits: Limits { configuration.limits }
  /// How many incoming connections have not proven a trusted key.
  var halfOpen: Int { strangers.count }

  /// Offers probes beside the stream at a UDP port that the transport has opened for them, or none any more. It counts for
  /// connections that are made from now on.
  public func offerProbes(at port: UInt16?) { hello.offerProbes(at: port) }

  // MARK: Output

  /// The next thing to do, or nil when all is done for now.
  public func nextOutput() -> Output? {
    while outputHead == outputs.count, let session = continued.popLast() {
      if session.ledger.isOpen { process(session, now: turnBegan) }
    }
    if outputHead < outputs.count {
      let output = outputs[outputHead].take()
      outputHead += 1
      if outputHead == outputs.count {
        outputs.removeAll(keepingCapacity: outputs.capacity <= 256)
        outputHead = 0
      }
      return output
    }
    while let session = dirty.popLast() {
      session.ledger.isDirty = false
      if session.ledger.isOpen, let bytes = session.takeOutput() { return .send(session.id, bytes) }
    }
    return nil
  }

  func emit(_ output: Output) { outputs.append(output) }
  func emit(_ event: Event) { outputs.append(.event(event)) }

  /// Notes that a session may have something to write and that its timers may have moved.
  func touch(_ session: Session) {
    if !session.ledger.isDirty {
      session.ledger.isDirty = true
      dirty.append(session)
    }
    earliest = min(earliest, deadline(of: session))
    account(session)
  }

  // MARK: Connections

  func newConnection() -> ConnectionID {
    lastConnection += 1
    return ConnectionID(lastConnection)
  }

  func index(of id: ConnectionID) -> Int? {
    var low = 0
    var high = sessions.count
    while low < high {
      let middle = (low + high) / 2
      if sessions[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return low < sessions.count && sessions[low].id == id ? low : nil
  }

  func session(_ id: ConnectionID) -> Session? { index(of: id).map { sessions[$0] } }

  func peer(_ key: PublicKey) -> Peer? {
    let at = peerIndex(key)
    return at < peers.count && peers[at].key == key ? peers[at] : nil
  }

  func peerIndex(_ key: PublicKey) -> Int {
    var low = 0
    var high = peers.count
    while low < high {
      let middle = (low + high) / 2
      if peers[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Inputs from the transport

  /// Somebody connected to our port.
  public func accept(from endpoint: Endpoint, now: Instant) -> ConnectionID {
    let session = Session(
      id: newConnection(), role: .responder, endpoint: endpoint, wire: .one, limits: limits, now: now)
    session.ledger.connectedAt = now
    sessions.append(session)
    touch(session)
    admitStranger(session, now: now)
    if isStopping { close(session, .stopping, now: now) }
    return session.id
  }

  /// A dial has come up.
  public func connected(_ id: ConnectionID, now: Instant) {
    guard let session = session(id) else { return }
    session.ledger.connectedAt = now
    session.connected(now: now, random: &random)
    touch(session)
  }

  /// A dial failed.
  public func dialFailed(_ id: ConnectionID, _ reason: CloseReason, now: Instant) {
    guard let session = session(id) else { return }
    remove(session, reason, now: now)
  }

  /// Bytes came.
  public func receive(_ id: ConnectionID, _ bytes: UnsafeRawBufferPointer, now: Instant) {
    guard let session = session(id) else { return }
    beginTurn(at: now)
    session.receive(bytes)
    guard !holdsBack(session, now: now) else { return }
    if session.ledger.wait == .bytes { process(session, now: now) } else { keepToBudget(session, now: now) }
  }

  /// Bytes were received on a connection, in whatever pieces.
  public func receive(_ id: ConnectionID, _ bytes: [UInt8], now: Instant) {
    bytes.withUnsafeBytes { receive(id, $0, now: now) }
  }

  /// The kernel has taken all bytes of the last `.send`.
  public func drained(_ id: ConnectionID, now: Instant) {
    guard let session = session(id) else { return }
    beginTurn(at: now)
    do { try session.drained() } catch { return close(session, .session(error), now: now) }
    touch(session)
    if session.ledger.wait == .drain, !session.owesTooMuch { process(session, now: now) }
    closeIfRetired(session, now: now)
  }

  /// Takes the array of a `.send` back once its bytes are gone and nobody else holds it: the next one then needs none.
  public func reuse(_ id: ConnectionID, _ buffer: consuming [UInt8]) { session(id)?.reuse(buffer) }

  /// The connection ended from outside.
  public func disconnected(_ id: ConnectionID, _ reason: CloseReason, now: Instant) {
    guard let session = session(id) else { return }
    guard reason == .closedByPeer else { return remove(session, reason, now: now) }
    if session.ledger.farewell == .said { return remove(session, .superseded, now: now) }
    remove(session, session.isTurnedAway(now: now, limits: limits) ? .closedBeforeConfirmed : reason, now: now)
  }

  // MARK: Stop

  /// Says goodbye to everybody and closes every connection. Nothing is dialled afterwards.
  public func stop(now: Instant) {
    isStopping = true  // Whoever connects from now on is turned away.
    for session in sessions { close(session, .stopping, bye: .stopping, now: now) }
  }
}
