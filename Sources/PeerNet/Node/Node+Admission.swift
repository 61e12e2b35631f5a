import ETF
import Sodium

// From the first byte of a connection to a peer that may be spoken to.
extension Node {
  func proved(_ session: Session, _ key: PublicKey, now: Instant) throws(SessionError) {
    switch session.role {
    case .initiator: try provedByResponder(session, key, now: now)
    case .responder: try provedByInitiator(session, key, now: now)
    }
  }

  private func provedByResponder(_ session: Session, _ key: PublicKey, now: Instant) throws(SessionError) {
    guard key == session.ledger.expected else { return close(session, .wrongPeer(key), now: now) }
    guard let peer = peer(key) else { return close(session, .untrusted, now: now) }
    if hasBetterConnection(peer, than: session) { return close(session, .superseded, now: now) }
    try session.admit(
      hello: hello, staticKey: identity, rules: configuration.livenessRules, now: now, random: &random)
    admit(session, peer)
    noteProven(session.endpoint, of: peer, now: now)
    peer.attempts.removeAll { $0 == session.id }
    if session.wire == .two {
      noteWireTwo(peer)
    } else {
      // A BEAM peer leaves bytes that arrive together with M3 unread until more come: let M3 travel alone.
      let roundTrip = session.handshakeRoundTrip ?? .zero
      session.ledger.overture = .silent(until: now + max(.milliseconds(50), min(roundTrip * 2, .seconds(1))))
    }
    opened(session, peer, now: now)
  }

  private func provedByInitiator(_ session: Session, _ key: PublicKey, now: Instant) throws(SessionError) {
    guard let peer = peer(key) else {
      session.dismiss()
      return close(session, .untrusted, bye: .untrusted, now: now)
    }
    if session.wire == .one && peer.wire == .two {
      // Refused, but not left in the dark: the ping is authenticated evidence that the newer wire is spoken here.
      try session.admit(
        hello: hello, staticKey: identity, rules: configuration.livenessRules, now: now, random: &random)
      try ping(session, now: now)
      return close(session, .outdatedWire, now: now)
    }
    try session.admit(
      hello: hello, staticKey: identity, rules: configuration.livenessRules, now: now, random: &random)
    guard hasRoom(for: session, of: peer) else { return close(session, .busy, bye: .busy, now: now) }
    session.ledger.stranger = nil
    strangers.removeAll { $0 === session }
    flood.proved(session.endpoint, key)
    admit(session, peer)
    if session.wire == .two { noteWireTwo(peer) }
    session.ledger.isConfirmed = true
    opened(session, peer, now: now)
    // The dialler learns that it is admitted, and on PeerNet/1 whether we are of its kind.
    try ping(session, now: now)
  }

  private func admit(_ session: Session, _ peer: Peer) {
    session.ledger.isAdmitted = true
    admitted += 1
    peer.sessions.append(session.id)
  }

  /// Whether a connection from a trusted peer fits: another one of an instance that is connected always does, since
  /// it replaces that one.
  private func hasRoom(for session: Session, of peer: Peer) -> Bool {
    guard admitted < limits.maximumConnections, peer.sessions.count < limits.maximumInstances * 2 else { return false }
    guard let instance = session.hello?.instance else { return true }
    var instances: [[UInt8]] = []
    for id in peer.sessions {
      if let other = self.session(id)?.hello?.instance, !instances.contains(other) { instances.append(other) }
    }
    return instances.count < limits.maximumInstances || instances.contains(instance)
  }

  private func opened(_ session: Session, _ peer: Peer, now: Instant) {
    emit(
      .opened(session.id, peer.key, session.endpoint, wire: session.wire, dialled: session.role == .initiator))
    abandonAttempts(peer, below: session.wire, now: now)
    settleDuplicates(of: session, peer, now: now)
    reportConnection(peer, now: now)
  }

  /// Tells the application when a peer can be called for the first time.
  func reportConnection(_ peer: Peer, now: Instant) {
    guard !peer.isConnected, peer.sessions.contains(where: { session($0)?.isHeard ?? false }) else { return }
    peer.isConnected = true
    peer.connectedSince = now
    peer.isInRound = false
    emit(.connected(peer.key))
  }

  /// Sends a ping; on PeerNet/1 its nonce shows a peer of our kind that we are one (Protocol, Two wires).
  func ping(_ session: Session, now: Instant) throws(SessionError) {
    if session.ledger.overture?.isSilent ?? false { session.ledger.overture = nil }
    var nonce = random.bytes(16)
    if session.wire == .one, let peer = session.remote.flatMap({ peer($0) }), peer.mayUpgrade {
      nonce.replaceSubrange(0..<WireFormat.prologue.count, with: WireFormat.prologue)
    }
    try session.sendPing(nonce, now: now)
    touch(session)
  }
}
