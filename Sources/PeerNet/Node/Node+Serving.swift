import ETF
import Sodium

// What the application exposes, and what it asks of others.
extension Node {
  // MARK: Handlers

  /// Exposes a name to peers. Nothing is reachable that was not exposed.
  ///
  /// At most `limit` requests are at work at once; more are refused as busy. With `sharesFairly` no peer has more of them
  /// than are left for others. With `endsWithConnection` a request counts no longer than its connection lives; its work may
  /// go on, and the application bounds that itself. Arguments of more than `maximumArguments` bytes, encoded, are refused
  /// as too large before they are read; 1,024 are read in any case. With `isRemoteProcedure` the name is also reached
  /// through `beam_admin` (Protocol, Remote procedure handle).
  public func expose(
    _ name: [UInt8], access: Access = .granted, isRemoteProcedure: Bool = false, limit: Int = 16,
    sharesFairly: Bool = false, endsWithConnection: Bool = false, maximumArguments: Int = .max
  ) {
    let handler = serving.expose(name)
    handler.access = access
    handler.isRemoteProcedure = isRemoteProcedure
    handler.slots.limit = limit
    handler.slots.isFair = sharesFairly
    handler.endsWithConnection = endsWithConnection
    handler.maximumArguments = maximumArguments
  }

  /// Takes a name back. Requests at work may still be answered.
  public func revoke(_ name: [UInt8]) { serving.revoke(name) }

  /// Lets a key use an exposed name, or not any more, beyond what its trust line says.
  public func authorize(_ name: [UInt8], for key: PublicKey, _ isAuthorized: Bool = true) {
    if isAuthorized {
      serving.handlers[name]?.authorized.insert(key)
    } else {
      serving.handlers[name]?.authorized.remove(key)
    }
  }

  /// The exposed names that a trusted peer may call, sorted.
  public func callable(by key: PublicKey) -> [[UInt8]] { peer(key).map { serving.callable(by: $0.entry) } ?? [] }

  // MARK: Calls

  /// Calls a handle of a connected peer. The outcome comes as `callFinished`, exactly once.
  ///
  /// What cannot be delivered now is refused at once: nothing waits for a connection here.
  public func call(_ key: PublicKey, _ name: Atom, _ arguments: Term, timeout: TimeSpan, now: Instant)
    throws(CallError) -> CallID
  {
    let (connection, open) = try route(key)
    guard open.calls.count < limits.maximumCallsPerConnection,
      connection.session.queuedBytes <= limits.maximumQueuedBytes
    else { throw .busy }
    lastCall += 1
    try say(.call(id: lastCall, name: name, arguments: arguments), on: connection, now: now)
    open.calls.add(lastCall, position: connection.session.accepted, deadline: now + timeout)
    touch(connection)
    return CallID(lastCall)
  }

  /// Sends a message to a handle of a connected peer: no answer, no outcome.
  public func send(_ key: PublicKey, _ name: Atom, _ arguments: Term, now: Instant) throws(CallError) {
    let (connection, _) = try route(key)
    guard connection.session.queuedBytes <= limits.maximumQueuedBytes else { throw .busy }
    try say(.send(name: name, arguments: arguments), on: connection, now: now)
    touch(connection)
  }

  /// Pings a connected peer. Its answer comes as `pong`.
  public func ping(_ key: PublicKey, now: Instant) throws(CallError) -> [UInt8] {
    let (connection, open) = try route(key)
    guard open.pings.count < 64 else { throw .busy }
    let nonce = random.bytes(16)
    open.pings.append((nonce, now))
    try say(.ping(nonce: nonce), on: connection, now: now)
    touch(connection)
    return nonce
  }

  /// Stops waiting for a call. The peer may still run it; its reply is dropped.
  public func cancel(_ call: CallID) {
    for connection in connections where connection.open?.calls.remove(call.value) ?? false { return }
  }

  private func say(_ envelope: Envelope, on connection: Connection, now: Instant) throws(CallError) {
    let isSent: Bool
    do { isSent = try connection.session.send(envelope) } catch {
      close(connection, .session(error), now: now)
      throw .notConnected
    }
    if !isSent { throw .tooLarge }
  }

  /// The connection that a call to a peer takes.
  func route(_ key: PublicKey) throws(CallError) -> (Connection, OpenConnection) {
    guard let peer = peer(key) else { throw .untrustedPeer }
    guard let connection = peer.best, let open = connection.open else { throw .notConnected }
    return (connection, open)
  }

  /// The connection that a call to the peer would go over now; nil while there is none.
  public func connection(to key: PublicKey) -> ConnectionID? { peer(key)?.best?.id }

  // MARK: Serving

  func serve(
    _ handle: [UInt8], _ arguments: Term, of incoming: Incoming, id: UInt64?, _ connection: Connection,
    _ open: OpenConnection
  ) throws(SessionError) {
    let request: Request
    do throws(Serving.Refused) {
      request = try serving.admit(
        handle, arguments, of: incoming, id: id, over: connection, from: open.peer.entry,
        atMost: limits.maximumRequestsPerPeer)
    } catch {
      return try refuse(error, id: id, connection, open.peer)
    }
    if id == nil {
      emit(.message(request))
    } else {
      open.requests += 1
      open.requestBytes += incoming.byteCount
      emit(.request(request))
    }
    goOnLater(connection, open)
  }

  private func refuse(
    _ refused: Serving.Refused, id: UInt64?, _ connection: Connection, _ peer: PeerLinks
  ) throws(SessionError) {
    emit(.refused(peer.key, name: refused.name, refused.reason))
    guard let id else { return }
    let term: Term =
      switch refused.reason {
      case .noSuchHandle: .atom("no_such_handle")
      case .forbidden: .atom("forbidden")
      case .notRemoteProcedure: .atom("unknown_beam_dist_op")
      case .busy: .binary(utf8: "busy: too many calls at once")
      case .tooLarge: .binary(utf8: "too_large: the arguments are more than this takes")
      }
    _ = try connection.session.send(.reply(id: id, .error(term)))
  }

  /// Answers a request, now or much later. Unknown tokens and peers that are gone are ignored.
  public func reply(_ token: RequestToken, _ reply: Reply, now: Instant) {
    guard let work = serving.finish(token), let connection = registry[work.connection], let open = connection.open
    else { return }
    open.requests -= 1
    open.requestBytes -= work.byteCount
    do {
      if try !connection.session.send(.reply(id: work.id, reply)) {
        _ = try connection.session.send(.reply(id: work.id, .failure("too_large: the answer exceeds an envelope")))
      }
    } catch {
      return close(connection, .session(error), now: now)
    }
    if connection.session.isStalled { return close(connection, .peerStalled, now: now) }
    // No timer depends on what was answered.
    noteOutput(of: connection)
    keepToBudget(connection, now: now)
    closeIfRetired(connection, now: now)
  }
}
