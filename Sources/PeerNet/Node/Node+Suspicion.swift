// A connection that may be dead: another one is dialled beside it, and it is given up when that one is there.
extension Node {
  /// Nothing was heard on a connection for longer than it should take: it may be dead, and it may be not.
  ///
  /// It stays, and so do the calls on it. Unless the peer has another connection, its addresses are dialled beside this
  /// one: the same as when a connection is lost, but more and more rarely where suspicion comes often. What comes up is
  /// the newer of two duplicates, so calls take it at once, and the rules for duplicates end one of them.
  func suspected(_ session: Session, _ peer: Peer, now: Instant) {
    guard session.ledger.isOpen, session.ledger.isAdmitted, !session.ledger.isSuspect else { return }
    session.ledger.isSuspect = true
    emit(.suspected(session.id, peer.key))
    session.ledger.suspectChanged = now
    dialIfDue(peer, now: now)
  }

  /// The peer was announced at another address. Its addresses are dialled beside this connection, as beside a suspect
  /// one, but no event says so and the peer does not count as suspect: anyone can announce anything.
  func doubted(_ session: Session, _ peer: Peer, now: Instant) {
    guard session.ledger.isOpen, session.ledger.isAdmitted, session.ledger.isReliable else { return }
    session.ledger.isDoubted = true
    dialIfDue(peer, now: now)
  }

  /// It was heard after all: attempts that have not shown the peer who we are yet are not needed any more.
  func relieved(_ session: Session, _ peer: Peer, now: Instant) {
    guard session.ledger.isOpen, !session.ledger.isReliable, session.ledger.pathProof == nil else { return }
    session.ledger.isDoubted = false
    if session.ledger.isSuspect {
      session.ledger.isSuspect = false
      emit(.relieved(session.id, peer.key))
      session.ledger.suspectChanged = now
    }
    abandonAttempts(peer, below: session.wire, now: now)
  }

  /// Whether none of a peer's connections can be relied on.
  func isMissing(_ peer: Peer) -> Bool {
    !peer.sessions.contains { session($0)?.ledger.isReliable ?? false }
  }
}
