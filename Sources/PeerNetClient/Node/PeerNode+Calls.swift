import CoreMetrics
import ETF
import PeerNet
import Sodium

// What is asked of peers.
extension PeerNode {
  struct PendingPing {
    let key: PublicKey
    var roundTrip = Pending<TimeSpan>.begun
  }

  /// Calls a handle of a connected peer and waits for its answer.
  ///
  /// What cannot be sent now is refused at once, as ``PeerNetError/notConnected``; nothing is queued for a peer that is
  /// away. With `waiting` the call waits for a connection first, which it makes the node dial at once and then keep, as
  /// ``connect(to:at:timeout:)`` does. The wait is part of the call's time: all of it ends within the longer of `waiting`
  /// and `timeout`.
  ///
  /// - Parameters:
  ///   - name: the handle; `beam_admin` with `{rpc, Module, Function, Arguments}` for a procedure of an Elixir node.
  ///   - arguments: any term. Peers that run Elixir know only atoms that their own program holds: send texts as binaries.
  ///   - timeout: how long to wait for the answer.
  ///   - waiting: how long to wait for a connection while there is none; nil for not at all.
  /// - Throws: ``PeerNetError``, whose cases tell whether the peer may have run it; or `CancellationError` when the task
  ///   is cancelled, upon which nothing is sent any more, and the answer, should it come, is dropped. A wait that came to
  ///   nothing is ``PeerNetError/unreachable(_:)``, or ``PeerNetError/untrustedPeer`` when the peer is unpaired meanwhile;
  ///   nothing was sent.
  public nonisolated(nonsending) func call(
    _ key: PublicKey, _ name: Atom, _ arguments: Term = .map([]), timeout: Duration = .seconds(5),
    waiting: Duration? = nil
  ) async throws -> Term {
    try Task.checkCancellation()
    guard let waiting else {
      return try await PendingCall(by: self, to: key, name, arguments, timeout: TimeSpan(timeout)).answer()
    }
    return try await callWhenConnected(key, name, arguments, timeout: timeout, waiting: waiting)
  }

  private func callWhenConnected(
    _ key: PublicKey, _ name: Atom, _ arguments: Term, timeout: Duration, waiting: Duration
  ) async throws -> Term {
    try Task.checkCancellation()
    guard node != nil else { throw PeerNetError.stopped }
    guard !arguments.isNested(deeperThan: Term.maximumDepth) else { throw PeerNetError.tooLarge }
    let asked = transport.now()
    let limit = asked + TimeSpan(waiting)
    let end = asked + TimeSpan(max(timeout, waiting))
    while true {
      if !isConnected(to: key) { try await wait(for: key, until: limit) }
      guard transport.now() < end else { throw PeerNetError.unreachable(status(of: key)?.lastClose) }
      do {
        return try await PendingCall(by: self, to: key, name, arguments, timeout: TimeSpan(timeout), until: end)
          .answer()
      } catch PeerNetError.notConnected where transport.now() < limit {
        // It went just now.
      } catch PeerNetError.notSent where transport.now() < limit {
        // It went before the call had: the peer cannot have run it.
      }
    }
  }

  private func wait(for key: PublicKey, until limit: Instant) async throws {
    do {
      try await connect(to: key, timeout: .nanoseconds(max(limit - transport.now(), .zero).nanoseconds))
      // It may have come up before the task was cancelled.
      try Task.checkCancellation()
    } catch {
      metrics?.calls[error is CancellationError ? .cancelled : .notSent].increment()
      throw error
    }
  }

  /// Sends it, unless there is a reason not to, of which the caller is told.
  func begin(_ call: PendingCall, _ continuation: CheckedContinuation<Reply, any Error>) {
    guard !call.isCancelled else { return continuation.resume(throwing: CancellationError()) }
    guard node != nil else { return continuation.resume(throwing: PeerNetError.stopped) }
    guard !call.arguments.isNested(deeperThan: Term.maximumDepth) else {
      return continuation.resume(throwing: PeerNetError.tooLarge)
    }
    do throws(CallError) {
      try perform { (node, now) throws(CallError) in
        // Its caller may have had to wait for the executor since it looked at the clock.
        let timeout = call.limit.map { min(call.timeout, max($0 - now, .zero)) } ?? call.timeout
        let id = try node.call(call.key, call.name, call.arguments, timeout: timeout, now: now)
        // Before the node's outputs are carried out: its outcome may be among them.
        call.sent(as: id, at: now, continuation)
        calls[id] = call
      }
    } catch {
      metrics?.calls[.notSent].increment()
      continuation.resume(throwing: PeerNetError(error))
    }
  }

  /// Ends it, if it was sent and has not ended.
  func cancel(_ call: PendingCall) {
    guard let id = call.id else { return }
    perform { node, _ in node.cancel(id) }
    endCall(id, .failure(CancellationError()), .cancelled)
  }

  /// Sends a message to a handle of a connected peer; nothing tells whether it arrived.
  ///
  /// - Throws: ``PeerNetError``; nothing was sent then.
  public func send(_ key: PublicKey, _ name: Atom, _ arguments: Term = .map([])) throws {
    guard node != nil else { throw PeerNetError.stopped }
    guard !arguments.isNested(deeperThan: Term.maximumDepth) else { throw PeerNetError.tooLarge }
    do throws(CallError) {
      try perform { (node, now) throws(CallError) in try node.send(key, name, arguments, now: now) }
    } catch { throw PeerNetError(error) }
  }

  /// Measures one round trip to a connected peer.
  ///
  /// - Throws: ``PeerNetError/notConnected`` also when the connection ends meanwhile, ``PeerNetError/timedOut``, or
  ///   `CancellationError`.
  public func ping(_ key: PublicKey, timeout: Duration = .seconds(5)) async throws -> Duration {
    try Task.checkCancellation()
    let sent: [UInt8]?
    do throws(CallError) {
      sent = try perform { (node, now) throws(CallError) in
        let nonce = try node.ping(key, now: now)
        pings[nonce] = PendingPing(key: key)
        return nonce
      }
    } catch { throw PeerNetError(error) }
    guard let nonce = sent else { throw PeerNetError.stopped }
    let deadline = Task { [weak self] in
      try await Task.sleep(for: timeout)
      await self?.endPing(nonce, .failure(PeerNetError.timedOut))
    }
    defer { deadline.cancel() }
    let roundTrip = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        if pings[nonce]?.roundTrip.wait(continuation) ?? false { pings[nonce] = nil }
        if Task.isCancelled { endPing(nonce, .failure(CancellationError())) }
      }
    } onCancel: {
      Task { [weak self] in await self?.endPing(nonce, .failure(CancellationError())) }
    }
    return .nanoseconds(roundTrip.nanoseconds)
  }

  // MARK: Ends

  func finishCall(_ id: CallID, _ outcome: CallOutcome) {
    switch outcome {
    case .answered(.ok(let value)): endCall(id, .success(.ok(value)), .answered)
    case .answered(.error(let reason)): endCall(id, .success(.error(reason)), .error)
    case .timedOut: endCall(id, .failure(PeerNetError.timedOut), .timedOut)
    case .lost(let reason): endCall(id, .failure(PeerNetError.outcomeUnknown(reason)), .lost)
    case .notSent(let reason): endCall(id, .failure(PeerNetError.notSent(reason)), .notSent)
    }
  }

  func endCall(_ id: CallID, _ result: Result<Reply, any Error>, _ outcome: NodeMetrics.CallEnd) {
    guard let call = calls.removeValue(forKey: id)?.end() else { return }
    metrics?.calls[outcome].increment()
    metrics?.callDuration.recordNanoseconds((transport.now() - call.sent).nanoseconds)
    call.continuation.resume(with: result)
  }

  func endPing(_ nonce: [UInt8], _ result: Result<TimeSpan, any Error>) {
    if pings[nonce]?.roundTrip.end(result) ?? false { pings[nonce] = nil }
  }
}

extension TimeSpan {
  /// Rounded down to nanoseconds, saturating.
  public init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self = .seconds(seconds) + .nanoseconds(attoseconds / 1_000_000_000)
  }
}
