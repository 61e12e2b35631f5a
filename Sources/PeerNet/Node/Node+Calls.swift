import ETF
import Sodium

// What the application exposes and asks of others.
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
    // A revoked one comes back if requests are still at work: they count.
    let known = handlers[name] ?? requests.values.first { $0.name == name }?.handler
    let handler = known ?? Handler(name)
    handler.access = access
    handler.isRemoteProcedure = isRemoteProcedure
    handler.slots.limit = limit
    handler.slots.isFair = sharesFairly
    handler.endsWithConnection = endsWithConnection
    handler.maximumArguments = maximumArguments
    handlers[name] = handler
  }

  /// Takes a name back. Requests at work may still be answered.
  public func revoke(_ name: [UInt8]) { handlers.removeValue(forKey: name)?.authorized = [] }

  /// Lets a key use an exposed name, or not any more, beyond what its trust line says.
  public func authorize(_ name: [UInt8], for key: PublicKey, _ isAuthorized: Bool = true) {
    if isAuthorized {
      handlers[name]?.authorized.insert(key)
    } else {
      handlers[name]?.authorized.remove(key)
    }
  }

  /// The exposed names that a trusted peer may call, sorted.
  public func callable(by key: PublicKey) -> [[UInt8]] {
    guard let entry = peer(key)?.entry else { return [] }
    return handlers.values.filter { $0.allows(entry) }.map { $0.name }.sorted {
      $0.lexicographicallyPrecedes($1)
    }
  }

  // MARK: Calls

  /// Calls a handle of a connected peer. The outcome comes as `callFinished`, exactly once.
  ///
  /// What cannot be delivered now is refused at once: nothing waits for a connection here.
  public func call(_ key: PublicKey, _ name: Atom, _ arguments: Term, timeout: TimeSpan, now: Instant)
    throws(CallError) -> CallID
  {
    let session = try route(key)
    guard session.ledger.calls.count < limits.maximumCallsPerConnection,
      session.queuedBytes <= limits.maximumQueuedBytes
    else { throw .busy }
    lastCall += 1
    let deadline = now + timeout
    try say(.call(id: lastCall, name: name, arguments: arguments), on: session, now: now)
    session.ledger.calls[lastCall] = SessionLedger.PendingCall(deadline: deadline, position: session.accepted)
    session.ledger.earliestCallDeadline = min(session.ledger.earliestCallDeadline ?? deadline, deadline)
    touch(session)
    return CallID(lastCall)
  }

  /// Sends a message to a handle of a connected peer: no answer, no outcome.
  public func send(_ key: PublicKey, _ name: Atom, _ arguments: Term, now: Instant) throws(CallError) {
    let session = try route(key)
    guard session.queuedBytes <= limits.maximumQueuedBytes else { throw .busy }
    try say(.send(name: name, arguments: arguments), on: session, now: now)
    touch(session)
  }

  /// Pings a connected peer. Its answer comes as `pong`.
  public func ping(_ key: PublicKey, now: Instant) throws(CallError) -> [UInt8] {
    let session = try route(key)
    guard session.ledger.pings.count < 64 else { throw .busy }
    let nonce = random.bytes(16)
    session.ledger.pings.append((nonce, now))
    try say(.ping(nonce: nonce), on: session, now: now)
    touch(session)
    return nonce
  }

  /// Stops waiting for a call. The peer may still run it; its reply is dropped.
  public func cancel(_ call: CallID) {
    for session in sessions where session.ledger.calls.removeValue(forKey: call.value) != nil { return }
  }

  private func say(_ envelope: Envelope, on session: Session, now: Instant) throws(CallError) {
    let isSent: Bool
    do { isSent = try session.send(envelope) } catch {
      close(session, .session(error), now: now)
      throw .notConnected
    }
    if !isSent { throw .tooLarge }
  }

  /// The connection that a call to a peer takes: not suspect, not about to close, on the better wire, the newest.
  func route(_ key: PublicKey) throws(CallError) -> Session {
    guard let peer = peer(key) else { throw .untrustedPeer }
    var best: Session?
    for id in peer.sessions {
      guard let session = session(id), session.isUsable else { continue }
      if let best, best.preference > session.preference { continue }
      best = session
    }
    guard let best else { throw .notConnected }
    return best
  }
}

extension Session {
  /// Orders the connections of one peer by how well they serve a call.
  fileprivate var preference: Int {
    (ledger.isReliable ? 4 : 0) + (ledger.retirement == nil ? 2 : 0) + (wire == .two ? 1 : 0)
  }
}
