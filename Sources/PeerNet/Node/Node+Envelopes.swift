import ETF
import Sodium

// What trusted peers say.
extension Node {
  func received(_ incoming: Incoming, _ session: Session, now: Instant) throws(SessionError) {
    let envelope = incoming.envelope
    guard let peer = session.remote.flatMap({ peer($0) }) else { return close(session, .unpaired, now: now) }
    // Not a sign of life: whoever turns us away was never connected.
    if case .bye(let reason) = envelope {
      guard reason == .superseded else { return close(session, .peerSaid(reason), now: now) }
      return superseded(session, now: now)
    }
    let isEvidence = isEvidenceOfWireTwo(envelope, session, peer)
    if isEvidence { noteWireTwo(peer) }
    if !session.ledger.isConfirmed {
      session.ledger.isConfirmed = true
      // Nothing has been said on this connection yet: keep it so, the better wire is a moment away.
      session.ledger.isProvisional = isEvidence
    }
    if isEvidence { upgrade(session, peer, now: now) }
    switch session.ledger.overture {
    case .silent: if !session.ledger.isProvisional { try ping(session, now: now) }
    case .asking: session.ledger.overture = nil
    case nil: break
    }
    reportConnection(peer, now: now)
    switch envelope {
    case .ping(let nonce): _ = try session.send(.pong(nonce: nonce))
    case .pong(let nonce): pong(nonce, session, peer, now: now)
    case .call(let id, let name, let arguments):
      try serve(name.bytes, arguments, of: incoming, id: id, session, peer)
    case .send(let name, let arguments):
      try serve(name.bytes, arguments, of: incoming, id: nil, session, peer)
    case .reply(let id, let reply):
      // Unknown ids are late replies to calls that timed out.
      if session.ledger.calls.removeValue(forKey: id) != nil { emit(.callFinished(CallID(id), .answered(reply))) }
    case .bye: break
    }
    closeRetired(peer, now: now)
  }

  private func isEvidenceOfWireTwo(_ envelope: Envelope, _ session: Session, _ peer: Peer) -> Bool {
    guard session.wire == .one, peer.mayUpgrade, case .ping(let nonce) = envelope else { return false }
    return nonce.count == 16 && nonce.starts(with: WireFormat.prologue)
  }

  private func pong(_ nonce: [UInt8], _ session: Session, _ peer: Peer, now: Instant) {
    session.ledger.isProvenBothWays = true
    probeAnswered(session, nonce: nonce, now: now)
    if session.ledger.pathProof == nonce {
      session.ledger.pathProof = nil
      relieved(session, peer, now: now)
    }
    if session.ledger.retirement?.lastPing == nonce { session.ledger.retirement?.isLastPingAnswered = true }
    if let index = session.ledger.pings.firstIndex(where: { $0.nonce == nonce }) {
      let sent = session.ledger.pings.remove(at: index).sent
      emit(.pong(peer.key, nonce: nonce, roundTrip: now - sent))
    }
  }

  // MARK: Serving

  private func serve(
    _ handle: [UInt8], _ arguments: Term, of incoming: Incoming, id: UInt64?, _ session: Session, _ peer: Peer
  ) throws(SessionError) {
    var name = handle
    var arguments = arguments
    var form = Request.Form.handle
    if handle == RemoteProcedure.handle {
      guard !incoming.isCut else { return try refuse(handle, .tooLarge, id: id, session, peer) }
      guard let parsed = RemoteProcedure.parse(arguments, tag: id == nil ? "cast" : "rpc") else {
        return try refuse(handle, .notRemoteProcedure, id: id, session, peer)
      }
      (name, arguments) = parsed
      form = .remoteProcedure
    }
    guard let handler = handlers[name], form == .handle || handler.isRemoteProcedure else {
      return try refuse(name, .noSuchHandle, id: id, session, peer)
    }
    guard handler.allows(peer.entry) else { return try refuse(name, .forbidden, id: id, session, peer) }
    // Which remote procedure is called is known only here.
    let other = form == .remoteProcedure ? RemoteProcedure.overhead : 0
    guard !incoming.isCut, incoming.argumentCount - other <= max(handler.maximumArguments, Handler.smallArguments)
    else {
      return try refuse(name, .tooLarge, id: id, session, peer)
    }
    guard let id else {
      emit(.message(request(nil, name, arguments, form, session, peer)))
      return goOnLater(session)
    }
    guard handler.slots.hasRoom(for: peer.key), atWork.count(of: peer.key) < limits.maximumRequestsPerPeer else {
      return try refuse(name, .busy, id: id, session, peer)
    }
    handler.slots.take(peer.key)
    atWork.take(peer.key)
    session.ledger.requests += 1
    session.ledger.requestBytes += incoming.byteCount
    lastRequest += 1
    requests[lastRequest] = RequestRecord(
      connection: session.id, id: id, byteCount: incoming.byteCount, peer: peer.key, handler: handler)
    emit(.request(request(RequestToken(lastRequest), name, arguments, form, session, peer)))
    goOnLater(session)
  }

  private func request(
    _ token: RequestToken?, _ name: [UInt8], _ arguments: Term, _ form: Request.Form, _ session: Session, _ peer: Peer
  ) -> Request {
    Request(
      token: token, peer: peer.key, label: peer.entry.label, grants: peer.entry.grants, name: name,
      arguments: arguments, form: form, connection: session.id, wire: session.wire)
  }

  private func refuse(_ name: [UInt8], _ reason: RefusalReason, id: UInt64?, _ session: Session, _ peer: Peer)
    throws(SessionError)
  {
    emit(.refused(peer.key, name: name, reason))
    guard let id else { return }
    let term: Term =
      switch reason {
      case .noSuchHandle: .atom("no_such_handle")
      case .forbidden: .atom("forbidden")
      case .notRemoteProcedure: .atom("unknown_beam_dist_op")
      case .busy: .binary(utf8: "busy: too many calls at once")
      case .tooLarge: .binary(utf8: "too_large: the arguments are more than this takes")
      }
    _ = try session.send(.reply(id: id, .error(term)))
  }

  /// Frees the places of a request that is no longer at work.
  func release(_ record: RequestRecord) {
    record.handler.slots.release(record.peer)
    atWork.release(record.peer)
  }

  /// Answers a request, now or much later. Unknown tokens and peers that are gone are ignored.
  public func reply(_ token: RequestToken, _ reply: Reply, now: Instant) {
    guard let record = requests.removeValue(forKey: token.value) else { return }
    release(record)
    guard let session = session(record.connection) else { return }
    session.ledger.requests -= 1
    session.ledger.requestBytes -= record.byteCount
    do {
      if try !session.send(.reply(id: record.id, reply)) {
        _ = try session.send(.reply(id: record.id, .failure("too_large: the answer exceeds an envelope")))
      }
    } catch {
      return close(session, .session(error), now: now)
    }
    if session.isStalled { return close(session, .peerStalled, now: now) }
    touch(session)
    keepToBudget(session, now: now)
    closeIfRetired(session, now: now)
  }
}
