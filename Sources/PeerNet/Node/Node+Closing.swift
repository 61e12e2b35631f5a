import Sodium

extension Node {
  /// Ends a connection of our own accord, saying why if the wire and the state allow it.
  func close(_ session: Session, _ reason: CloseReason, bye: ByeReason? = nil, now: Instant) {
    guard session.ledger.isOpen else { return }
    // It was about to go: the other side's end of it got lost.
    let reason = session.ledger.farewell == .said && reason == .silent ? .superseded : reason
    // What was answered goes out first. Of what waits behind a slow peer most is lost. The dead are sent nothing more: of
    // a call that waits until now it can be said that nobody has run it.
    // What was still to be sent to a peer that stalled, or that held too much memory, is dropped.
    let isLost = reason == .silent || reason == .peerStalled || reason == .overBudget
    let last = isLost ? nil : session.takeLastOutput(saying: bye)
    if let last { emit(.send(session.id, last)) }
    emit(.close(session.id, flush: last != nil || (session.ledger.isAdmitted && reason != .overBudget)))
    remove(session, reason, now: now)
  }

  /// Forgets a connection that has ended and draws the consequences.
  func remove(_ session: Session, _ reason: CloseReason, now: Instant) {
    guard session.ledger.isOpen, let index = index(of: session.id) else { return }
    session.ledger.isOpen = false
    sessions.remove(at: index)
    account(session)
    if session.ledger.isAdmitted {
      admitted -= 1
    } else if session.role == .responder {
      strangers.removeAll { $0 === session }
    }
    for id in session.ledger.calls.keys.sorted() {
      let hasLeft = session.ledger.calls[id].map { $0.position <= session.handedOver } ?? true
      emit(.callFinished(CallID(id), hasLeft ? .lost(reason) : .notSent(reason)))
    }
    session.ledger.calls = [:]
    if session.ledger.requests > 0 { dropRequests(of: session) }
    let key = session.remote ?? session.ledger.expected
    session.close()
    if session.ledger.isAdmitted {
      if let peer = key.flatMap({ peer($0) }) { lost(session, peer, reason, now: now) }
    } else if session.role == .initiator {
      if let peer = session.ledger.expected.flatMap({ peer($0) }) {
        attemptFailed(session, peer, reason, now: now)
      }
    } else {
      emit(.rejected(session.endpoint, session.remote, reason))
    }
  }

  /// Frees the places of requests that came over a connection which has ended, where their handles allow it: their answers
  /// would reach nobody.
  private func dropRequests(of session: Session) {
    for (token, record) in requests where record.connection == session.id && record.handler.endsWithConnection {
      requests[token] = nil
      release(record)
    }
  }

  /// An established connection of a trusted peer has ended.
  private func lost(_ session: Session, _ peer: Peer, _ reason: CloseReason, now: Instant) {
    peer.sessions.removeAll { $0 == session.id }
    peer.lastClose = reason
    peer.lastClosed = now
    emit(.closed(session.id, peer.key, reason))
    succeed(session, peer, now: now)
    if peer.isConnected, !peer.sessions.contains(where: { self.session($0)?.isHeard ?? false }) {
      peer.isConnected = false
      emit(.disconnected(peer.key, reason))
    }
    if peer.sessions.isEmpty {
      var hasSaidWhy = false
      if case .peerSaid = reason { hasSaidWhy = true }
      peer.redial.disconnected(
        after: now - session.started, bye: hasSaidWhy, now: now, limits: limits, random: &random)
    }
    dialIfDue(peer, now: now)
  }
}
