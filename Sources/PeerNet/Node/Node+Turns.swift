import Sodium

// In which order the input of connections is served, and how much memory all of it may take.
extension Node {
  /// Serves the input of a session until it needs more bytes, has requested something, or has used up its turn.
  func process(_ session: Session, now: Instant) {
    let wasNext = deadline(of: session) <= earliest
    var isHeartbeat = false
    session.ledger.wait = .bytes
    do {
      while session.ledger.isOpen, !session.isStalled, mayGoOn(session),
        let input = try session.next(
          hello: hello, staticKey: identity, now: now, random: &random, takes: { takes($1, for: $0) })
      {
        switch input {
        case .proved(let key): try proved(session, key, now: now)
        case .envelope(let incoming):
          isHeartbeat = incoming.envelope.isControl
          session.remote.flatMap { peer($0) }?.spent += incoming.byteCount + Self.costOfEnvelope
          try received(incoming, session, now: now)
        }
      }
    } catch {
      close(session, .session(error), now: now)
    }
    noteRelief(of: session, now: now)
    if session.isStalled { return close(session, .peerStalled, now: now) }
    if session.ledger.isOpen { touch(session) }
    holdBack(session)
    keepToBudget(session, now: now)
    // The deadline that would have woken an idle node may be obsolete now. With traffic that is left to the timer.
    if wasNext && isHeartbeat { expire(now: now) }
  }

  /// What so many bytes cost in a peer's turn.
  private static var costOfEnvelope: Int { 1_024 }

  /// Whether arguments of so many bytes are read at all.
  private func takes(_ count: Int, for name: [UInt8]) -> Bool {
    count <= Handler.smallArguments || count <= maximumArguments(of: name)
  }

  private func maximumArguments(of name: [UInt8]) -> Int {
    guard name == RemoteProcedure.handle else { return handlers[name]?.maximumArguments ?? 0 }
    var maximum = 0
    for handler in handlers.values where handler.isRemoteProcedure { maximum = max(maximum, handler.maximumArguments) }
    return maximum < Int.max ? maximum + RemoteProcedure.overhead : maximum
  }

  // MARK: Turns

  /// The first event at a new time begins a new turn.
  func beginTurn(at now: Instant) {
    guard now != turnBegan else { return }
    turnBegan = now
    turn += 1
  }

  /// Whether a session is served once more in this turn. Otherwise notes what the session waits for.
  private func mayGoOn(_ session: Session) -> Bool {
    guard session.ledger.isAdmitted, session.ledger.wait == .bytes, let peer = session.remote.flatMap({ peer($0) })
    else { return session.ledger.wait == .bytes }
    if peer.turn != turn {
      peer.turn = turn
      peer.spent = 0
    }
    if session.owesTooMuch {
      session.ledger.wait = .drain
    } else if peer.spent >= limits.maximumTurn {
      session.ledger.wait = .turn
      waiting.append(session)
    }
    return session.ledger.wait == .bytes
  }

  /// A request that was just handed out may be answered at once. The next request is served after that, so that only
  /// requests that are really at work count against the bound.
  func goOnLater(_ session: Session) {
    guard session.ledger.wait == .bytes else { return }
    session.ledger.wait = .outputs
    continued.append(session)
  }

  /// Begins the next turn of each peer that has used up its turn.
  func takeTurns(now: Instant) {
    turnBegan = now
    turn += 1
    let round = waiting
    waiting = []
    var passed: [Session] = []
    for session in round where session.ledger.isOpen {
      if let peer = session.remote.flatMap({ peer($0) }), peer.turn == turn {
        passed.append(session)
      } else {
        process(session, now: now)
      }
    }
    // The connections of one peer take turns at being the first.
    waiting = passed + waiting
  }

  /// Stops reading from a session that holds enough input.
  private func holdBack(_ session: Session) {
    let isHeldBack =
      switch session.ledger.wait {
      case .turn, .drain: true
      case .bytes: false
      case .outputs: session.ledger.isHeldBack
      }
    guard session.ledger.isOpen, isHeldBack != session.ledger.isHeldBack else { return }
    session.ledger.isHeldBack = isHeldBack
    emit(.setReading(session.id, !isHeldBack))
  }

  // MARK: Memory

  /// Notes how much memory a session holds.
  func account(_ session: Session) {
    let held = session.ledger.isOpen && session.ledger.isAdmitted ? session.heldBytes : 0
    heldBytes += held - session.ledger.heldBytes
    session.ledger.heldBytes = held
  }

  /// A session has grown. If its peer holds more memory than it may, the peer's connection that holds the most ends. No
  /// other peer is affected.
  func keepToBudget(_ session: Session, now: Instant) {
    account(session)
    guard session.ledger.heldBytes > 0, let peer = session.remote.flatMap({ peer($0) }) else { return }
    while true {
      var held = 0
      var largest: Session?
      for other in peer.sessions.compactMap({ self.session($0) }) {
        held += other.ledger.heldBytes
        if other.ledger.heldBytes > largest?.ledger.heldBytes ?? 0 { largest = other }
      }
      guard let largest, held > min(limits.maximumPeerBytes, limits.maximumBytes - heldBytes) else { return }
      close(largest, .overBudget, now: now)
    }
  }
}
