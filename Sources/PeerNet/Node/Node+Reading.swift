import ETF
import Sodium

// The read loop: whose bytes are read when, how much memory they may take, and what they say.
extension Node {
  /// Bytes came.
  public func handleReceived(_ id: ConnectionID, _ bytes: UnsafeRawBufferPointer, now: Instant) {
    guard let connection = registry[id] else { return }
    turns.begin(at: now)
    connection.session.receive(bytes)
    if case .stranger = connection.state, holdsBack(connection, now: now) { return }
    if connection.open.map({ $0.wait == .bytes }) ?? true {
      read(connection, now: now)
    } else {
      count(connection)
      holdBack(connection)
      keepToBudget(connection, now: now)
    }
  }

  /// Bytes were received on a connection, in whatever pieces.
  public func handleReceived(_ id: ConnectionID, _ bytes: [UInt8], now: Instant) {
    bytes.withUnsafeBytes { handleReceived(id, $0, now: now) }
  }

  /// Serves the input of a connection until it needs more bytes, has requested something, or has used up its turn.
  func read(_ connection: Connection, now: Instant) {
    let session = connection.session
    let wasSilent = session.liveness?.state == .suspect
    connection.open?.wait = .bytes
    do {
      while !connection.isClosed, !session.isStalled, mayGoOn(connection),
        let input = try session.next(
          hello: hello, staticKey: identity, now: now, random: &random,
          maximum: { serving.maximumArguments(of: $0) })
      {
        switch input {
        case .proved(let key): try proved(connection, key, now: now)
        case .envelope(let incoming):
          guard let open = connection.open else { return }
          open.peer.spend(incoming.byteCount + Self.costOfEnvelope)
          try received(incoming, connection, open, now: now)
        }
      }
    } catch {
      close(connection, .session(error), now: now)
    }
    if wasSilent, session.liveness?.state == .alive { relieved(connection, now: now) }
    if session.isStalled { return close(connection, .peerStalled, now: now) }
    touch(connection)
    holdBack(connection)
    keepToBudget(connection, now: now)
  }

  /// What so many bytes cost in a peer's turn.
  private static var costOfEnvelope: Int { 1_024 }

  /// Whether a connection is read once more in this turn. Otherwise notes what it waits for.
  private func mayGoOn(_ connection: Connection) -> Bool {
    guard let open = connection.open else { return true }
    guard open.wait == .bytes else { return false }
    let hasTurn = open.peer.hasTurn(turns.number, of: limits.maximumTurn)
    if connection.session.owesTooMuch {
      open.wait = .drain
    } else if !hasTurn {
      open.wait = .turn
      turns.wait(connection)
      timers[.turns] = turns.deadline
    }
    return open.wait == .bytes
  }

  /// A request that was just handed out may be answered at once. The next request is served after that, so that only
  /// requests that are really at work count against the bound.
  func goOnLater(_ connection: Connection, _ open: OpenConnection) {
    guard open.wait == .bytes, connection.session.hasUnreadBytes else { return }
    open.wait = .outputs
    turns.goOnAfterOutputs(connection)
  }

  /// Begins the next turn of each peer that has used up its turn.
  func takeTurns(now: Instant) {
    var passed: [Connection] = []
    for connection in turns.next(at: now) where !connection.isClosed {
      if connection.peer?.wasServed(in: turns.number) ?? false {
        passed.append(connection)
      } else {
        read(connection, now: now)
      }
    }
    turns.passOver(passed)
    timers[.turns] = turns.deadline
  }

  /// Stops reading from a connection that holds enough input.
  ///
  /// Linux (since 6.17) drops a segment that ends beyond the window, with the acknowledgement in it, and when its receive
  /// buffer is full the window ends before what was sent already. If we then wait for our output to be acknowledged before
  /// we read, and the acknowledgements wait for us to read, both directions stand still for good. So a suspect is read
  /// once more, up to what its kernel may have kept, whatever it owes.
  func holdBack(_ connection: Connection) {
    guard let open = connection.open else { return }
    let isHeldBack =
      switch open.wait {
      case .turn: true
      case .drain: !open.standing.isSuspect || connection.session.unreadBytes >= limits.maximumReadAhead
      case .bytes: false
      case .outputs: open.isHeldBack
      }
    guard isHeldBack != open.isHeldBack else { return }
    open.isHeldBack = isHeldBack
    emit(.setReading(connection.id, !isHeldBack))
  }

  /// Notes how much memory a connection holds.
  func count(_ connection: Connection) {
    guard let open = connection.open else { return }
    let held = connection.session.heldBytes + open.requestBytes
    heldBytes += held - open.countedBytes
    open.countedBytes = held
  }

  /// A connection that was counted has grown. If its peer holds more memory than it may, the peer's connection that holds
  /// the most ends. No other peer is affected.
  func keepToBudget(_ connection: Connection, now: Instant) {
    guard let open = connection.open, open.countedBytes > 0 else { return }
    // As long as all peers together hold no more than one of them may, none holds too much.
    while heldBytes > budget, let largest = open.peer.largest(above: budget) {
      close(largest, .overBudget, now: now)
    }
  }

  /// How many bytes one peer may hold now.
  private var budget: Int { min(limits.maximumPeerBytes, limits.maximumBytes - heldBytes) }

  // MARK: What peers say

  func received(
    _ incoming: Incoming, _ connection: Connection, _ open: OpenConnection, now: Instant
  ) throws(SessionError) {
    let peer = open.peer
    // Not a sign of life: whoever turns us away was never connected.
    if case .bye(let reason) = incoming.envelope {
      guard reason == .superseded else { return close(connection, .peerSaid(reason), now: now) }
      open.dismiss()
      return closeIfRetired(connection, now: now)
    }
    try hear(incoming.envelope, connection, open, now: now)
    switch incoming.envelope {
    case .ping(let nonce): _ = try connection.session.send(.pong(nonce: nonce))
    case .pong(let nonce): pong(nonce, connection, open, now: now)
    case .call(let id, let name, let arguments):
      try serve(name.bytes, arguments, of: incoming, id: id, connection, open)
    case .send(let name, let arguments):
      try serve(name.bytes, arguments, of: incoming, id: nil, connection, open)
    case .reply(let id, let reply):
      // Unknown ids are late replies to calls that timed out.
      if open.calls.remove(id) { emit(.callFinished(CallID(id), .answered(reply))) }
    case .bye: break
    }
    closeRetired(peer, now: now)
  }

  /// Notes that the peer has said something, and what follows from the first time.
  private func hear(
    _ envelope: Envelope, _ connection: Connection, _ open: OpenConnection, now: Instant
  ) throws(SessionError) {
    let isEvidence = connection.wire == .one && open.peer.mayUpgrade && envelope.isEvidenceOfWireTwo
    if isEvidence { noteWireTwo(open.peer) }
    open.hear(evidence: isEvidence)
    if isEvidence { upgrade(connection, open.peer, now: now) }
    switch open.overture {
    case .silent: if !open.isProvisional { try ping(connection, open.peer, now: now) }
    case .asking: open.overture = .over
    case .over: break
    }
    if open.peer.noteConnected(now: now) { emit(.connected(open.peer.key)) }
  }

  private func pong(_ nonce: [UInt8], _ connection: Connection, _ open: OpenConnection, now: Instant) {
    open.hearAnswer()
    if let rival = open.withstand(nonce) { retire(rival, winner: connection, now: now) }
    if open.proof == .asked(nonce) {
      open.demand(.none)
      relieved(connection, now: now)
    }
    open.noteLastAnswer(nonce)
    if let index = open.pings.firstIndex(where: { $0.nonce == nonce }) {
      let sent = open.pings.remove(at: index).sent
      emit(.pong(open.peer.key, nonce: nonce, roundTrip: now - sent))
    }
  }
}

extension Envelope {
  /// A ping that only a peer of our kind sends, and only to show that it is one (Protocol, Two wires).
  fileprivate var isEvidenceOfWireTwo: Bool {
    guard case .ping(let nonce) = self else { return false }
    return nonce.count == 16 && nonce.starts(with: WireFormat.prologue)
  }
}
