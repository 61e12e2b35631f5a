import Sodium

// One connection a peer (Protocol, One connection): two nodes that dial each other at once settle on the same one.
extension Node {
  /// A connection of `peer` has just been admitted: decides between it and those that were there.
  func settleDuplicates(of session: Session, _ peer: Peer, now: Instant) {
    for other in peer.sessions.compactMap({ self.session($0) }) where other !== session {
      if session.wire == .two && other.wire == .one {
        retire(other, winner: session, now: now)
      } else if session.wire == .two && other.wire == .two && session.hello?.instance == other.hello?.instance {
        settle(session, against: other, peer, now: now)
      } else if other.wire == .one && !other.ledger.isReliable {
        retire(other, winner: session, now: now)
      }
      // PeerNet/1 alone otherwise: a BEAM peer keeps the newest and closes the other itself.
    }
  }

  private func settle(_ session: Session, against other: Session, _ peer: Peer, now: Instant) {
    guard session.role != other.role else { return retire(other, winner: session, now: now) }
    let lower: Session.Role = publicKey < peer.key ? .initiator : .responder
    if session.role == lower { return retire(other, winner: session, now: now) }
    // The older one should stay, if it is still alive.
    let nonce = random.bytes(16)
    other.ledger.probe = SessionLedger.Probe(nonce: nonce, deadline: now + limits.probeDeadline, rival: session.id)
    do { try other.sendPing(nonce, now: now) } catch { return close(other, .session(error), now: now) }
    touch(other)
  }

  /// The older connection has answered its probe: the newer one goes.
  func probeAnswered(_ session: Session, nonce: [UInt8], now: Instant) {
    guard let probe = session.ledger.probe, probe.nonce == nonce else { return }
    session.ledger.probe = nil
    if let rival = self.session(probe.rival) { retire(rival, winner: session, now: now) }
  }

  private func retire(_ loser: Session, winner: Session, now: Instant) {
    guard loser.ledger.retirement == nil, winner.ledger.retirement == nil else { return }
    loser.ledger.retirement = SessionLedger.Retirement(winner: winner.id, deadline: now + limits.retirement)
    loser.ledger.probe = nil
    touch(loser)
    // Only its answer shows that the other side has heard something on it, too.
    if !(winner.ledger.overture?.isSilent ?? false) {
      do { try ping(winner, now: now) } catch { return close(winner, .session(error), now: now) }
    }
    closeIfRetired(loser, now: now)
  }

  /// Brings a loser to its end as far as it may go by now.
  ///
  /// The peer may have called here before it knew of the winner, and what it said may still be on its way. On PeerNet/2
  /// it is told that this connection goes; it calls here no more, and closes when it has its answers. On PeerNet/1 a last
  /// ping is answered behind whatever it had said.
  func closeIfRetired(_ session: Session, now: Instant) {
    guard session.ledger.isOpen else { return }
    if session.ledger.farewell == .heard {
      if session.isIdle { close(session, .peerSaid(.superseded), now: now) }
      return
    }
    guard let retirement = session.ledger.retirement, session.ledger.farewell == nil,
      self.session(retirement.winner)?.ledger.isProvenBothWays ?? false, session.isIdle
    else { return }
    do throws(SessionError) {
      switch session.wire {
      case .two:
        session.ledger.farewell = .said
        _ = try session.send(.bye(.superseded))
      case .one where retirement.lastPing == nil:
        let nonce = random.bytes(16)
        session.ledger.retirement?.lastPing = nonce
        try session.sendPing(nonce, now: now)
      case .one:
        if retirement.isLastPingAnswered { close(session, .superseded, now: now) }
        return
      }
    } catch {
      return close(session, .session(error), now: now)
    }
    touch(session)
  }

  /// The peer's word that another connection takes this one's place.
  func superseded(_ session: Session, now: Instant) {
    session.ledger.farewell = .heard
    closeIfRetired(session, now: now)
  }

  /// A connection of `peer` is gone: whatever it had won over lives on, or has lost to whom this one lost.
  func succeed(_ gone: Session, _ peer: Peer, now: Instant) {
    let heir = gone.ledger.retirement.flatMap { session($0.winner) }
    for other in peer.sessions.compactMap({ self.session($0) }) {
      if other.ledger.probe?.rival == gone.id { other.ledger.probe = nil }
      guard let retirement = other.ledger.retirement, retirement.winner == gone.id else { continue }
      // What was said cannot be taken back: the peer is about to close this one, too.
      guard other.ledger.farewell == nil else { continue }
      other.ledger.retirement = heir.map { SessionLedger.Retirement(winner: $0.id, deadline: retirement.deadline) }
    }
    // Nothing better is left: what was held back for it serves.
    if !peer.sessions.contains(where: { session($0)?.wire == .two }),
      !peer.attempts.contains(where: { session($0)?.ledger.isUpgrade ?? false })
    {
      stayOnWireOne(peer, now: now)
    }
  }

  /// After an envelope on any connection of a peer: losers may be free to go now.
  func closeRetired(_ peer: Peer, now: Instant) {
    for session in peer.sessions.compactMap({ self.session($0) }) { closeIfRetired(session, now: now) }
  }
}
