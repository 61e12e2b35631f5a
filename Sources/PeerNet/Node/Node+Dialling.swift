import Sodium

// Reaching trusted peers: which address, when, and on which wire.
extension Node {
  /// Wants a connection to a peer, now and whenever it is lost, until `disconnect`.
  ///
  /// - Returns: false when the key is not trusted.
  @discardableResult
  public func connect(_ key: PublicKey, at endpoints: [Endpoint] = [], now: Instant) -> Bool {
    guard let peer = peer(key) else { return false }
    peer.isWanted = true
    for endpoint in endpoints { peer.candidates.pin(endpoint, now: now) }
    if isMissing(peer) {
      peer.redial.reset(now: now)
      dialIfDue(peer, now: now)
    }
    return true
  }

  /// Ends every connection to a peer and wants none any more.
  public func disconnect(_ key: PublicKey, now: Instant) {
    guard let peer = peer(key) else { return }
    peer.isWanted = false
    peer.isInRound = false
    for id in peer.attempts + peer.sessions {
      if let session = session(id) { close(session, .disconnectRequested, bye: .stopping, now: now) }
    }
  }

  /// Starts the next dial of a peer if one is due, and sees that the node wakes when one will be.
  func dialIfDue(_ peer: Peer, now: Instant) {
    guard wantsDial(peer), peer.attempts.count < limits.maximumAttempts else { return }
    let due = peer.attempts.isEmpty ? (peer.isInRound ? .zero : peer.redial.notBefore) : peer.nextOfRound
    if now < due {
      earliest = min(earliest, due)
      return
    }
    if !peer.isInRound && peer.attempts.isEmpty {
      peer.candidates.expire(now: now)
      peer.candidates.beginRound()
      peer.repeats = limits.dialRepeats
      if !peer.sessions.isEmpty { peer.redial.besideSuspect(now: now, limits: limits, random: &random) }
      peer.isInRound = !peer.candidates.isEmpty
    }
    if peer.isInRound { dialNext(peer, now: now) }
  }

  /// Whether a peer is missed: it should be connected, and is not, or not for sure.
  func wantsDial(_ peer: Peer) -> Bool { mayDial(peer) && isMissing(peer) }

  /// Whether it is for us to dial a peer at all.
  func mayDial(_ peer: Peer) -> Bool { !isStopping && (peer.isWanted ?? configuration.dialsAutomatically) }

  private func dialNext(_ peer: Peer, now: Instant) {
    let suspect = peer.sessions.last.flatMap { session($0)?.endpoint }
    guard let endpoint = peer.candidates.next(otherThan: suspect) ?? addressToRepeat(peer) else {
      guard peer.attempts.isEmpty else { return }
      peer.isInRound = false
      if peer.sessions.isEmpty { peer.redial.failed(now: now, limits: limits, random: &random) }
      earliest = min(earliest, peer.redial.notBefore)
      return
    }
    dial(peer, endpoint, wire: peer.wire, isUpgrade: false, now: now)
    peer.nextOfRound = now + limits.dialStagger
    earliest = min(earliest, peer.nextOfRound)
  }

  /// The address of an attempt that has had no answer: its first packet may be lost, and the kernel waits a second
  /// before it sends another one.
  private func addressToRepeat(_ peer: Peer) -> Endpoint? {
    guard peer.repeats > 0,
      let attempt = peer.attempts.lazy.compactMap({ self.session($0) }).first(where: { $0.isUnanswered })
    else { return nil }
    peer.repeats -= 1
    return attempt.endpoint
  }

  private func dial(_ peer: Peer, _ endpoint: Endpoint, wire: Wire, isUpgrade: Bool, now: Instant) {
    let session = Session(
      id: newConnection(), role: .initiator, endpoint: endpoint, wire: wire, limits: limits, now: now)
    session.ledger.expected = peer.key
    session.ledger.isUpgrade = isUpgrade
    sessions.append(session)
    peer.attempts.append(session.id)
    emit(.dial(session.id, endpoint, deadline: limits.dialDeadline))
    touch(session)
  }

  /// The peer showed over PeerNet/1 that it speaks PeerNet/2: the side that dialled dials again.
  func upgrade(_ session: Session, _ peer: Peer, now: Instant) {
    guard session.role == .initiator, !isStopping,
      !peer.sessions.contains(where: { self.session($0)?.wire == .two }),
      !peer.attempts.contains(where: { self.session($0)?.ledger.isUpgrade ?? false })
    else { return }
    // The evidence costs the peer one ping; what it makes us do must not come as cheap.
    guard now >= peer.nextUpgrade else { return stayOnWireOne(peer, now: now) }
    peer.nextUpgrade = now + limits.redialCeiling
    dial(peer, session.endpoint, wire: .two, isUpgrade: true, now: now)
  }

  /// An attempt ended before the peer was admitted.
  func attemptFailed(_ session: Session, _ peer: Peer, _ reason: CloseReason, now: Instant) {
    peer.attempts.removeAll { $0 == session.id }
    guard reason != .superseded, reason != .disconnectRequested, reason != .stopping else { return }
    peer.lastClose = reason
    peer.lastClosed = now
    emit(.dialFailed(peer.key, session.endpoint, reason))
    if session.ledger.isUpgrade {
      stayOnWireOne(peer, now: now)
    }
    peer.candidates.fail(session.endpoint)
    dialIfDue(peer, now: now)
  }

  /// PeerNet/2 did not come up although the peer speaks it: the evidence stands, but what works goes on working.
  func stayOnWireOne(_ peer: Peer, now: Instant) {
    for other in peer.sessions.compactMap({ self.session($0) }) where other.ledger.isProvisional {
      other.ledger.isProvisional = false
    }
    reportConnection(peer, now: now)
  }

  /// Drops attempts that have nothing left to win: the peer is connected on a wire at least as good.
  func abandonAttempts(_ peer: Peer, below wire: Wire, now: Instant) {
    peer.isInRound = false
    for id in peer.attempts {
      guard let attempt = session(id), attempt.wire.rawValue <= wire.rawValue else { continue }
      close(attempt, .superseded, now: now)
    }
  }

  /// Somebody answered our question: dials that address at once, if necessary in place of an unanswered dial to an
  /// address that was only announced.
  private func preferAnswer(_ peer: Peer, now: Instant) {
    peer.nextOfRound = min(peer.nextOfRound, now)
    guard peer.attempts.count >= limits.maximumAttempts else { return }
    let announced = peer.attempts.lazy.compactMap { self.session($0) }.first {
      $0.isUnanswered && (peer.candidates.standing(of: $0.endpoint) ?? .announce) == .announce
    }
    if let announced { close(announced, .dialTimedOut, now: now) }
  }

  /// Drops dials that have had no answer for long: the next round goes to the same addresses anew.
  func abandonUnanswered(_ peer: Peer, since start: Instant, now: Instant) {
    for attempt in peer.attempts.compactMap({ session($0) }) where attempt.isUnanswered && attempt.started <= start {
      close(attempt, .superseded, now: now)
    }
    if peer.attempts.isEmpty { peer.isInRound = false }
  }

  /// Whether an attempt that has just reached its peer is not needed any more. It has not said who we are yet, so
  /// dropping it here can never cost both sides their connection.
  func hasBetterConnection(_ peer: Peer, than attempt: Session) -> Bool {
    peer.sessions.contains {
      session($0).map { $0.wire.rawValue >= attempt.wire.rawValue && $0.ledger.isReliable } ?? false
    }
  }

  // MARK: Discovery

  /// A datagram of the discovery port came.
  ///
  /// `link` is the index of the interface that it came in by; nil when its source stands in no prefix of that one.
  public func receiveDatagram(_ bytes: [UInt8], from endpoint: Endpoint, link: UInt32?, now: Instant) {
    for discovery in discoveries { discovery.receive(bytes, from: endpoint, link: link, now: now) }
    drainDiscoveries(now: now)
  }

  /// Asks every node in the neighbourhood where it is.
  public func solicit(now: Instant) {
    for discovery in discoveries { discovery.solicit(now: now) }
    drainDiscoveries(now: now)
  }

  func drainDiscoveries(now: Instant) {
    for discovery in discoveries {
      while let output = discovery.nextOutput() {
        switch output {
        case .broadcast(let bytes): emit(.broadcast(bytes))
        case .send(let bytes, let to, let link): emit(.datagram(bytes, to: to, link: link))
        case .sighting(let sighting): sighted(sighting, now: now)
        }
      }
      if let deadline = discovery.deadline { earliest = min(earliest, deadline) }
    }
  }

  /// A hint from anyone: it makes us dial a trusted peer, and ask the one that is connected whether it still is.
  private func sighted(_ sighting: Sighting, now: Instant) {
    emit(.sighted(sighting))
    guard let peer = peer(sighting.key), sighting.key != publicKey else { return }
    let isAnswer = sighting.source == .answer
    let isNews = peer.candidates.hint(sighting.endpoint, answer: isAnswer, now: now)
    guard isMissing(peer) else {
      if isNews { mayHaveMoved(peer, to: sighting.endpoint, now: now) }
      return
    }
    if isNews && isAnswer { preferAnswer(peer, now: now) }
    // A dial without an answer may wait for seconds before the kernel asks again.
    if peer.redial.hinted(now: now, limits: limits, random: &random) {
      abandonUnanswered(peer, since: now - limits.hintInterval, now: now)
    }
    dialIfDue(peer, now: now)
  }
}

extension Session {
  /// A dial that has not even got a TCP connection.
  var isUnanswered: Bool { role == .initiator && ledger.connectedAt == nil && !ledger.isUpgrade }
}
