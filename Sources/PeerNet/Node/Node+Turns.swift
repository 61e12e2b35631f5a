import Sodium

// Whose input is served when, and what all of it may cost.
extension Node {
  /// Serves what a session has received: until it needs more bytes, has asked for something, or has had its turn.
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
    // What would have woken an idle node next does not any more. Traffic leaves that to the timer.
    if wasNext && isHeartbeat { expire(now: now) }
  }

  /// Of bytes, in a peer's turn.
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

  /// A turn begins with what happens at another time than what happened before.
  func beginTurn(at now: Instant) {
    guard now != turnBegan else { return }
    turnBegan = now
    turn += 1
  }

  /// Whether a session is served once more in this turn; notes what it waits for otherwise.
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

  /// What was just handed out may be answered at once: the next request is looked at after that, so that only what is
  /// really at work counts.
  func goOnLater(_ session: Session) {
    guard session.ledger.wait == .bytes else { return }
    session.ledger.wait = .outputs
    continued.append(session)
  }

  /// Gives each peer that has had its turn another one.
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
    // Of several connections of one peer each is the first some time.
    waiting = passed + waiting
  }

  /// Reads no more from a session that has enough to be served.
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

  /// Notes how much a session holds.
  func account(_ session: Session) {
    let held = session.ledger.isOpen && session.ledger.isAdmitted ? session.heldBytes : 0
    heldBytes += held - session.ledger.heldBytes
    session.ledger.heldBytes = held
  }

  /// A session has grown: if its peer holds more than it may, what holds the most of it ends. Nobody else has to give way.
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
