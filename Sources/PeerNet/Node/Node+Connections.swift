import ETF
import Sodium

// What becomes of connections: who is let in, who is watched, who goes.
extension Node {
  // MARK: Strangers

  /// A connection without a proven key has sent bytes. Its M1 is answered as soon as the guard allows it.
  ///
  /// - Returns: false when the bytes are to be read now.
  func holdsBack(_ connection: Connection, now: Instant) -> Bool {
    guard connection.stranger?.stage != .answered else { return false }
    switch connection.session.opening {
    case .none: return false
    case .malformed: close(connection, .session(.peerFailedHandshake), now: now)
    case .m1:
      connection.advance(to: .asking)
      answerStrangers(now: now)
    }
    return true
  }

  /// Answers waiting M1s, as many as are allowed now.
  func answerStrangers(now: Instant) {
    while true {
      switch strangers.takeNext(now: now) {
      case .now(let connection): read(connection, now: now)
      case .later(let due):
        timers[.strangers] = due
        return
      case .nobody:
        timers[.strangers] = .distantFuture
        return
      }
    }
  }

  // MARK: Letting in

  func proved(_ connection: Connection, _ key: PublicKey, now: Instant) throws(SessionError) {
    switch connection.state {
    case .handshaking(let dial, let connected, _):
      try reached(connection, key, dial.peer, connected: connected, now: now)
    case .stranger: try introduced(connection, key, now: now)
    case .dialling, .open, .closed: break
    }
  }

  /// A dial of ours has found somebody, who does not know yet who we are.
  private func reached(
    _ connection: Connection, _ key: PublicKey, _ peer: PeerLinks, connected: Instant, now: Instant
  ) throws(SessionError) {
    guard key == peer.key else { return close(connection, .wrongPeer(key), now: now) }
    if peer.hasBetter(than: connection) { return close(connection, .superseded, now: now) }
    try admit(connection, now: now)
    var overture = OpenConnection.Overture.over
    if connection.wire == .one {
      // A BEAM peer leaves bytes that arrive together with M3 unread until more come: let M3 travel alone.
      let roundTrip = connection.session.handshakeRoundTrip ?? .zero
      overture = .silent(until: now + max(.milliseconds(50), min(roundTrip * 2, .seconds(1))))
    }
    letIn(connection, OpenConnection(peer, .nothing(connected: connected), overture, now: now))
    noteProven(connection.endpoint, of: peer, now: now)
    if connection.wire == .two { noteWireTwo(peer) }
    opened(connection, peer, now: now)
  }

  /// Somebody who has dialled us has said who it is.
  private func introduced(_ connection: Connection, _ key: PublicKey, now: Instant) throws(SessionError) {
    guard let peer = peer(key) else {
      connection.session.dismiss()
      return close(connection, .untrusted, bye: .untrusted, now: now)
    }
    try admit(connection, now: now)
    if connection.wire == .one && peer.wire == .two {
      // Refused, but not left in the dark: the ping is authenticated evidence that the newer wire is spoken here.
      try ping(connection, peer, now: now)
      return close(connection, .outdatedWire, now: now)
    }
    guard peers.reduce(0, { $0 + $1.connections.count }) < limits.maximumConnections,
      peer.hasRoom(for: connection.session.hello?.instance, limits)
    else { return close(connection, .busy, bye: .busy, now: now) }
    strangers.remove(connection)
    strangers.flood.proved(connection.endpoint, key)
    letIn(connection, OpenConnection(peer, .heard, now: now))
    if connection.wire == .two { noteWireTwo(peer) }
    opened(connection, peer, now: now)
    // The dialler learns that it is let in, and on PeerNet/1 whether we are of its kind.
    try ping(connection, peer, now: now)
  }

  private func admit(_ connection: Connection, now: Instant) throws(SessionError) {
    try connection.session.admit(
      hello: hello, staticKey: identity, rules: configuration.livenessRules, now: now, random: &random)
  }

  private func letIn(_ connection: Connection, _ open: OpenConnection) {
    connection.letIn(open)
    open.peer.letIn(connection)
  }

  private func opened(_ connection: Connection, _ peer: PeerLinks, now: Instant) {
    emit(
      .opened(
        connection.id, peer.key, connection.endpoint, wire: connection.wire, dialled: connection.role == .initiator))
    abandonAttempts(peer, below: connection.wire, now: now)
    for older in peer.connections {
      switch peer.verdict(on: older, beside: connection, ours: publicKey) {
      case .stays: break
      case .retires: retire(older, winner: connection, now: now)
      case .isContested: contest(older, rival: connection, now: now)
      }
    }
    if peer.noteConnected(now: now) { emit(.connected(peer.key)) }
  }

  /// Sends a ping; on PeerNet/1 its nonce shows a peer of our kind that we are one (Protocol, Two wires).
  func ping(_ connection: Connection, _ peer: PeerLinks, now: Instant) throws(SessionError) {
    if let open = connection.open, case .silent = open.overture { open.overture = .over }
    var nonce = random.bytes(16)
    if connection.wire == .one, peer.mayUpgrade {
      nonce.replaceSubrange(0..<WireFormat.prologue.count, with: WireFormat.prologue)
    }
    try connection.session.sendPing(nonce, now: now)
    touch(connection)
  }

  // MARK: Watching

  /// Does what is due on a connection.
  func expire(_ connection: Connection, now: Instant) {
    switch connection.state {
    case .dialling: close(connection, .dialTimedOut, now: now)
    case .handshaking, .stranger: close(connection, .handshakeTimedOut, now: now)
    case .open(let open):
      for timer in OpenConnection.Timer.allCases {
        guard !connection.isClosed, now >= open.due(timer, liveness: connection.session.livenessDeadline) else {
          continue
        }
        do { try expire(timer, connection, open, now: now) } catch { close(connection, .session(error), now: now) }
      }
    case .closed: break
    }
    if !connection.isClosed { timers[connection.timer] = connection.deadline }
  }

  private func expire(
    _ timer: OpenConnection.Timer, _ connection: Connection, _ open: OpenConnection, now: Instant
  ) throws(SessionError) {
    switch timer {
    case .liveness: try watch(connection, open, now: now)
    case .overture: try askAgain(connection, open, now: now)
    case .contest: close(connection, .silent, now: now)
    case .retirement: close(connection, .superseded, bye: .superseded, now: now)
    case .call:
      let expired = open.calls.takeExpired(now: now)
      for call in expired { emit(.callFinished(CallID(call.number), .timedOut)) }
      if !expired.isEmpty { closeRetired(open.peer, now: now) }
    }
  }

  /// Does what the watch over a peer wants done (Protocol, Heartbeat and Probe).
  private func watch(_ connection: Connection, _ open: OpenConnection, now: Instant) throws(SessionError) {
    while !connection.isClosed, let output = connection.session.nextLivenessOutput(now: now, random: &random) {
      switch output {
      case .ask: try ping(connection, open.peer, now: now)
      case .probe(let number):
        if let probe = connection.session.sealProbe(number) {
          emit(.probe(connection.id, probe.datagram, to: probe.to))
        }
      case .suspect: suspected(connection, now: now)
      case .dead: close(connection, .silent, now: now)
      }
    }
  }

  /// Repeats the ping until something is heard: a BEAM peer that read M3 late leaves the ping behind it unread until
  /// more bytes come.
  private func askAgain(_ connection: Connection, _ open: OpenConnection, now: Instant) throws(SessionError) {
    open.overture = .over
    try ping(connection, open.peer, now: now)
    let next = now + limits.overtureInterval
    guard case .nothing(let connected) = open.hearing, next < connected + limits.handshakeDeadline else { return }
    open.overture = .asking(next: next)
  }

  /// A connection may be dead, and it may be not.
  ///
  /// It stays, and so do the calls on it. Unless the peer has another connection, its addresses are dialled beside this
  /// one: the same as when a connection is lost, but more and more rarely where suspicion comes often. What comes up is
  /// the newer of two duplicates, so calls take it at once, and the rules for duplicates end one of them.
  func suspected(_ connection: Connection, demanding proof: OpenConnection.Proof? = nil, now: Instant) {
    guard let open = connection.open else { return }
    let isNews = open.suspect(now: now)
    if let proof { open.demand(proof) }
    guard isNews else { return }
    emit(.suspected(connection.id, open.peer.key))
    holdBack(connection)
    dialIfDue(open.peer, now: now)
  }

  /// It was heard after all: attempts that have not shown the peer who we are yet are not needed any more.
  func relieved(_ connection: Connection, now: Instant) {
    guard let open = connection.open, let wasSuspect = open.relieve(now: now) else { return }
    if wasSuspect { emit(.relieved(connection.id, open.peer.key)) }
    abandonAttempts(open.peer, below: connection.wire, now: now)
  }

  /// Asks for an answer that shows that the way to the peer and back works.
  func askForProof(_ connection: Connection, _ open: OpenConnection, now: Instant) {
    let nonce = random.bytes(16)
    open.demand(.asked(nonce))
    do { try connection.session.sendPing(nonce, now: now) } catch { close(connection, .session(error), now: now) }
    touch(connection)
  }

  // MARK: Duplicates

  private func contest(_ older: Connection, rival: Connection, now: Instant) {
    let nonce = random.bytes(16)
    let contest = Contest(nonce: nonce, deadline: now + limits.probeDeadline, rival: rival)
    guard older.open?.contest(contest) ?? false else { return }
    do { try older.session.sendPing(nonce, now: now) } catch { return close(older, .session(error), now: now) }
    touch(older)
  }

  func retire(_ loser: Connection, winner: Connection, now: Instant) {
    guard let losing = loser.open, let winning = winner.open, winning.retirement == nil,
      losing.retire(Retirement(winner: winner, deadline: now + limits.retirement))
    else { return }
    touch(loser)
    // Only its answer shows that the other side has heard something on it, too.
    if case .silent = winning.overture {
    } else {
      do { try ping(winner, winning.peer, now: now) } catch { return close(winner, .session(error), now: now) }
    }
    closeIfRetired(loser, now: now)
  }

  /// Brings a connection that is about to go to its end as far as it may go by now.
  func closeIfRetired(_ connection: Connection, now: Instant) {
    guard let open = connection.open, !open.stays,
      let step = open.nextStep(connection.wire, isIdle: connection.isIdle)
    else { return }
    do throws(SessionError) {
      switch step {
      case .close(let reason): return close(connection, reason, now: now)
      case .sayBye:
        open.takeLeave()
        _ = try connection.session.send(.bye(.superseded))
      case .sendLastPing:
        let nonce = random.bytes(16)
        open.noteLastPing(nonce)
        try connection.session.sendPing(nonce, now: now)
      }
    } catch {
      return close(connection, .session(error), now: now)
    }
    touch(connection)
  }

  /// After an envelope on any connection of a peer: losers may be free to go now.
  func closeRetired(_ peer: PeerLinks, now: Instant) {
    for connection in peer.connections { closeIfRetired(connection, now: now) }
  }

  // MARK: Closing

  /// Ends a connection of our own accord, saying why if the wire and the state allow it.
  func close(_ connection: Connection, _ reason: CloseReason, bye: ByeReason? = nil, now: Instant) {
    guard !connection.isClosed else { return }
    // It was about to go: the other side's end of it got lost.
    let reason = reason == .silent && connection.open?.hasTakenLeave ?? false ? .superseded : reason
    // What was answered goes out first. Of what waits behind a slow peer most is lost. The dead are sent nothing more: of
    // a call that waits until now it can be said that nobody has run it.
    // What was still to be sent to a peer that stalled, or that held too much memory, is dropped.
    let isLost = reason == .silent || reason == .peerStalled || reason == .overBudget
    let last = isLost ? nil : connection.session.takeLastOutput(saying: bye)
    if let last { emit(.send(connection.id, last)) }
    emit(.close(connection.id, flush: last != nil || (connection.open != nil && reason != .overBudget)))
    remove(connection, reason, now: now)
  }

  /// Forgets a connection that has ended and draws the consequences.
  func remove(_ connection: Connection, _ reason: CloseReason, now: Instant) {
    guard registry.remove(connection.id) else { return }
    timers.remove(connection.timer)
    let state = connection.state
    connection.close()
    switch state {
    case .dialling(let dial, _), .handshaking(let dial, _, _): failed(connection, dial, reason, now: now)
    case .stranger:
      strangers.remove(connection)
      emit(.rejected(connection.endpoint, connection.session.remote, reason))
    case .open(let open):
      heldBytes -= open.countedBytes
      for (number, outcome) in open.calls.end(handedOver: connection.session.handedOver, reason) {
        emit(.callFinished(CallID(number), outcome))
      }
      if open.requests > 0 { serving.abandon(connection.id) }
      lost(connection, open, reason, now: now)
    case .closed: break
    }
  }

  /// A connection on which a peer was let in has ended.
  private func lost(_ connection: Connection, _ open: OpenConnection, _ reason: CloseReason, now: Instant) {
    let peer = open.peer
    let heir = open.retirement.flatMap { $0.winner.isClosed ? nil : $0.winner }
    peer.ended(connection, heir: heir, reason, now: now)
    for other in peer.connections { timers[other.timer] = other.deadline }
    emit(.closed(connection.id, peer.key, reason))
    // Nothing follows for a peer that is none any more.
    guard reason != .unpaired else { return }
    // Nothing better is left: what was held back for it serves.
    if !peer.isUpgraded { stayOnWireOne(peer, now: now) }
    if peer.noteDisconnected() { emit(.disconnected(peer.key, reason)) }
    if peer.connections.isEmpty {
      var hasSaidWhy = false
      if case .peerSaid = reason { hasSaidWhy = true }
      peer.redial.disconnected(
        after: now - connection.started, bye: hasSaidWhy, now: now, limits: limits, random: &random)
    }
    dialIfDue(peer, now: now)
  }
}
