import Sodium

/// One connection from the dial or the accept to its end: the state that it is in, with what belongs to that state alone.
///
/// What its bytes mean is its session's to know. What follows for others is the node's to do.
// The unchecked variables: see Node.
final class Connection {
  enum State {
    /// A dial that has no TCP connection yet, until it is given up.
    case dialling(Dial, until: Instant)
    /// A dial that got its TCP connection then. The peer has not proven its key.
    case handshaking(Dial, connected: Instant, until: Instant)
    /// Somebody has dialled us, and has not proven a trusted key.
    case stranger(Stranger, until: Instant)
    /// The peer has proven a trusted key and was let in.
    case open(OpenConnection)
    case closed
  }

  /// Whom a dial is to reach, and what for.
  struct Dial {
    enum Purpose {
      case connection
      /// PeerNet/2 to a peer that is connected on PeerNet/1, and has shown that it speaks it.
      case upgrade
    }

    let peer: PeerLinks
    let purpose: Purpose
  }

  let id: ConnectionID
  let session: Session
  let started: Instant
  /// Its row in the node's table, until it is closed.
  let timer: Timers.Row
  @exclusivity(unchecked) private(set) var state: State
  /// Whether it stands in the node's list of connections that may have bytes to write.
  @exclusivity(unchecked) var isListed = false

  init(_ id: ConnectionID, _ session: Session, _ state: State, timer: Timers.Row, now: Instant) {
    self.id = id
    self.session = session
    self.state = state
    self.timer = timer
    started = now
  }

  var endpoint: Endpoint { session.endpoint }
  var role: Session.Role { session.role }
  var wire: Wire { session.wire }

  var isClosed: Bool { if case .closed = state { true } else { false } }

  /// What is kept while the peer is let in.
  var open: OpenConnection? { if case .open(let open) = state { open } else { nil } }

  /// The trusted peer that was let in.
  var peer: PeerLinks? { open?.peer }

  var stranger: Stranger? { if case .stranger(let stranger, _) = state { stranger } else { nil } }

  // MARK: Transitions

  /// A dial got its TCP connection. False for whatever is no dial that waits for one.
  func connected(now: Instant, _ limits: Limits) -> Bool {
    guard case .dialling(let dial, _) = state else { return false }
    state = .handshaking(dial, connected: now, until: now + limits.handshakeDeadline)
    return true
  }

  /// How far a stranger's handshake is.
  func advance(to stage: Stranger.Stage) {
    guard case .stranger(var stranger, let until) = state else { return }
    stranger.stage = stage
    state = .stranger(stranger, until: until)
  }

  /// The peer has proven its trusted key: from now on it may be spoken to.
  func letIn(_ open: OpenConnection) { state = .open(open) }

  func close() {
    state = .closed
    session.close()
  }

  // MARK: What it is good for

  /// A dial that has not even got a TCP connection. One for an upgrade is not repeated and not replaced.
  var isUnanswered: Bool {
    if case .dialling(let dial, _) = state { dial.purpose == .connection } else { false }
  }

  /// A dial for PeerNet/2 to a peer that is connected already.
  var isUpgrade: Bool {
    switch state {
    case .dialling(let dial, _), .handshaking(let dial, _, _): dial.purpose == .upgrade
    case .stranger, .open, .closed: false
    }
  }

  /// The application may be told that the peer is connected: it was heard here, and stays.
  var isHeard: Bool { open?.isHeard ?? false }

  /// Calls may take this connection: right behind M3 on PeerNet/2, but on PeerNet/1 only after the peer was heard
  /// (Protocol, PeerNet/1 handshake).
  var isUsable: Bool {
    guard let open else { return false }
    return open.isHeard || (wire == .two && open.isUnheard && !open.isLeaving)
  }

  /// Neither suspect nor doubted.
  var isReliable: Bool { open?.standing.isReliable ?? false }

  /// Nothing is under way here in either direction.
  var isIdle: Bool { (open?.isIdle ?? true) && session.queuedBytes == 0 }

  /// Whether a peer that closes now has most likely refused us. On PeerNet/2 it says so; on PeerNet/1 it closes when it
  /// has our M3. Whoever waits for the handshake's deadline with that has not had it.
  func isTurnedAway(now: Instant, _ limits: Limits) -> Bool {
    guard wire == .one, case .nothing(let connected) = open?.hearing else { return false }
    return now - connected < limits.handshakeDeadline * 4 / 5
  }

  // MARK: Time

  /// When the first of its timers is due.
  var deadline: Instant {
    switch state {
    case .dialling(_, let until), .handshaking(_, _, let until), .stranger(_, let until): until
    case .open(let open): open.deadline(liveness: session.livenessDeadline)
    case .closed: .distantFuture
    }
  }
}

extension [Connection] {
  /// Takes one out. Written out at each use it would cost the agent several hundred bytes.
  @inline(never)
  mutating func remove(_ connection: Connection) { removeAll { $0 === connection } }
}
