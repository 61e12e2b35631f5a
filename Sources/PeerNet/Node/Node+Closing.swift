import Sodium

extension Node {
  /// Ends a connection of our own accord, saying why if the wire and the state allow it.
  ///
  /// - Parameter isReported: the caller has told the application already.
  func close(
    _ session: Session, _ reason: CloseReason, bye: ByeReason? = nil, isReported: Bool = false, now: Instant
  ) {
    guard session.ledger.isOpen else { return }
    if let bye, session.wire == .two, session.ledger.isAdmitted { _ = try? session.send(.bye(bye)) }
    // What waits behind a slow peer is lost; what is sealed goes out first.
    let last = session.takeLastOutput()
    if let last { emit(.send(session.id, last)) }
    emit(.close(session.id, flush: last != nil || session.ledger.isAdmitted))
    remove(session, reason, isReported: isReported, now: now)
  }

  /// Forgets a connection that has ended and draws the consequences.
  func remove(_ session: Session, _ reason: CloseReason, isReported: Bool = false, now: Instant) {
    guard session.ledger.isOpen, let index = index(of: session.id) else { return }
    session.ledger.isOpen = false
    sessions.remove(at: index)
    if session.role == .responder && !session.ledger.isAdmitted { halfOpen -= 1 }
    for id in session.ledger.calls.keys.sorted() {
      emit(.callFinished(CallID(id), .lost(reason)))
    }
    session.ledger.calls = [:]
    let key = session.remote ?? session.ledger.expected
    session.close()
    if session.ledger.isAdmitted {
      if let peer = key.flatMap({ peer($0) }) { lost(session, peer, reason, now: now) }
    } else if session.role == .initiator {
      if let peer = session.ledger.expected.flatMap({ peer($0) }) {
        attemptFailed(session, peer, reason, now: now)
      }
    } else if !isReported {
      emit(.rejected(session.endpoint, session.remote, reason))
    }
  }

  /// An established connection of a trusted peer has ended.
  private func lost(_ session: Session, _ peer: Peer, _ reason: CloseReason, now: Instant) {
    peer.sessions.removeAll { $0 == session.id }
    peer.lastClose = reason
    emit(.closed(session.id, peer.key, reason))
    // Whatever this one had won over lives on.
    for other in peer.sessions.compactMap({ self.session($0) }) where other.ledger.retirement?.winner == session.id {
      other.ledger.retirement = nil
    }
    guard !peer.sessions.contains(where: { self.session($0)?.isHeard ?? false }) else { return }
    if peer.isConnected {
      peer.isConnected = false
      emit(.disconnected(peer.key, reason))
    }
    guard peer.sessions.isEmpty else { return }
    if reason == .outdatedWire { return }
    // It may come back on its own; whoever said that it does not want us is not pestered.
    peer.redial.disconnected(after: now - session.started, now: now, limits: limits, random: &random)
    if case .peerSaid = reason { peer.redial.failed(now: now, limits: limits, random: &random) }
    dialIfDue(peer, now: now)
  }
}
