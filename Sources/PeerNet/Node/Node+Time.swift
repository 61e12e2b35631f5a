import Sodium

// Everything that happens because time passed.
extension Node {
  /// When to call `timeout` at the latest; nil when nothing is waited for.
  public var deadline: Instant? {
    let due = waiting.isEmpty ? earliest : min(earliest, turnBegan)
    return due == .distantFuture ? nil : due
  }

  /// Does what is due. Safe to call early or often.
  public func timeout(now: Instant) {
    if !waiting.isEmpty { takeTurns(now: now) }
    if now >= earliest { expire(now: now) }
  }

  /// Looks at every timer: does what is due, and finds out when the next one really is.
  func expire(now: Instant) {
    earliest = .distantFuture
    for discovery in discoveries { discovery.timeout(now: now) }
    drainDiscoveries(now: now)
    if isRestartDue { restartDials(now: now) }
    for session in sessions where session.ledger.isOpen {
      expire(session, now: now)
      if session.ledger.isOpen { earliest = min(earliest, deadline(of: session)) }
    }
    answerStrangers(now: now)
    for peer in peers { dialIfDue(peer, now: now) }
  }

  /// When a session's next timer is due.
  func deadline(of session: Session) -> Instant {
    guard session.ledger.isAdmitted else { return admissionDeadline(of: session) }
    var deadline = session.liveness?.deadline ?? .distantFuture
    if let overture = session.ledger.overture { deadline = min(deadline, overture.due) }
    if let probe = session.ledger.probe { deadline = min(deadline, probe.deadline) }
    if let retirement = session.ledger.retirement { deadline = min(deadline, retirement.deadline) }
    if let call = session.ledger.earliestCallDeadline { deadline = min(deadline, call) }
    return deadline
  }

  private func admissionDeadline(of session: Session) -> Instant {
    if let connectedAt = session.ledger.connectedAt { return connectedAt + limits.handshakeDeadline }
    // The transport keeps the dial's deadline; this one is for a transport that does not.
    return session.started + limits.dialDeadline + .seconds(1)
  }

  private func expire(_ session: Session, now: Instant) {
    guard session.ledger.isAdmitted else {
      if now >= admissionDeadline(of: session) {
        close(session, session.ledger.connectedAt == nil ? .dialTimedOut : .handshakeTimedOut, now: now)
      }
      return
    }
    do {
      try watch(session, now: now)
      guard session.ledger.isOpen else { return }
      if let overture = session.ledger.overture, now >= overture.due { try introduce(session, now: now) }
    } catch {
      return close(session, .session(error), now: now)
    }
    if let probe = session.ledger.probe, now >= probe.deadline { return close(session, .silent, now: now) }
    if let retirement = session.ledger.retirement, now >= retirement.deadline {
      return close(session, .superseded, bye: .superseded, now: now)
    }
    expireCalls(of: session, now: now)
  }

  /// Repeats the ping until something is heard: a BEAM peer that read M3 late leaves the ping behind it unread until
  /// more bytes come.
  private func introduce(_ session: Session, now: Instant) throws(SessionError) {
    session.ledger.overture = nil
    try ping(session, now: now)
    let next = now + limits.overtureInterval
    guard !session.ledger.isConfirmed, next < (session.ledger.connectedAt ?? session.started) + limits.handshakeDeadline
    else { return }
    session.ledger.overture = .asking(next: next)
    touch(session)
  }

  private func expireCalls(of session: Session, now: Instant) {
    guard let earliestCall = session.ledger.earliestCallDeadline, now >= earliestCall else { return }
    let before = session.ledger.calls.count
    for id in session.ledger.calls.keys.sorted() {
      guard let call = session.ledger.calls[id], now >= call.deadline else { continue }
      session.ledger.calls[id] = nil
      emit(.callFinished(CallID(id), .timedOut))
    }
    session.ledger.earliestCallDeadline = session.ledger.calls.values.map { $0.deadline }.min()
    if let peer = session.remote.flatMap({ peer($0) }), session.ledger.calls.count < before {
      closeRetired(peer, now: now)
    }
  }
}
