import ETF
import Sodium

// Calls that run at most once.
extension PeerNode {
  /// Has a peer run a call at most once, however often the connection is lost meanwhile.
  ///
  /// It connects, asks, and asks again under the same key over the next connection until there is an answer or the time is
  /// up. The peer's journal sees to it that only the first request runs it; the others get what that one came to, also
  /// after the peer's restart (Protocol, Once-only calls).
  ///
  /// A peer that keeps no journal, or cannot write it, is called once as by
  /// ``call(_:_:_:timeout:waiting:)-(_,Atom,_,_,_)``, and not again:
  /// ``OnceAnswer/isJournaled`` is false then. BEAM peers are such peers, and so is any over PeerNet/1.
  ///
  /// - Parameters:
  ///   - name: what a direct call would name, and be granted; on a board something that changes it, such as `gpio.write`.
  ///   - arguments: those of a direct call. A key stands for one name with one argument.
  ///   - once: a new key for a new call; that of an earlier one to hear what became of it.
  ///   - timeout: for all of it.
  /// - Throws: what ``call(_:_:_:timeout:waiting:)-(_,Atom,_,_,_)`` throws for a failure of the procedure, also of an
  ///   earlier run;
  ///   ``PeerNetError/interrupted(_:)``; ``PeerNetError/keyReused``; ``PeerNetError/unreachable(_:)`` when nothing was
  ///   sent; ``PeerNetError/timedOut`` or ``PeerNetError/outcomeUnknown(_:)`` when the time was up before the outcome was
  ///   heard; or `CancellationError`.
  public nonisolated func call(
    _ key: PublicKey, _ name: Atom, _ arguments: Term = .map([]), once: OnceKey, timeout: Duration = .seconds(30)
  ) async throws -> OnceAnswer {
    try await OnceAttempts(node: self, peer: key, name: name, arguments: arguments, key: once, limit: timeout).run()
  }
}

extension Device {
  /// Has it do something that it is granted: at most once, if there is a key.
  func change<Answer: TermConvertible>(
    _ name: Atom, _ arguments: some TermConvertible, once: OnceKey?, as type: Answer.Type = Answer.self
  ) async throws -> Answer {
    if let once { return try await self.once(name, arguments, key: once) }
    return try await call(name, arguments)
  }

  /// Has it run a procedure at most once, and asks for the outcome until it is heard; see
  /// ``PeerNode/call(_:_:_:once:timeout:)``.
  ///
  ///     let levels = try await board.once("gpio.write", ["values": ["pump": true]], as: Device.GPIO.Levels.self)
  ///
  /// - Parameter timeout: for all of it; 30 s, or this device's if that is longer, unless told.
  @discardableResult
  public func once<Answer: TermConvertible>(
    _ name: Atom, _ arguments: some TermConvertible = NoArguments(), as type: Answer.Type = Answer.self,
    key: OnceKey = OnceKey(), timeout: Duration? = nil
  ) async throws -> Answer {
    try await once(RemoteProcedure(name), arguments, key: key, timeout: timeout)
  }

  /// The same for a procedure with types. One that is named by module and function is called directly: Elixir nodes keep no
  /// journal.
  @discardableResult
  public func once<Arguments, Answer>(
    _ procedure: RemoteProcedure<Arguments, Answer>, _ arguments: Arguments, key: OnceKey = OnceKey(),
    timeout: Duration? = nil
  ) async throws -> Answer {
    guard !procedure.isFunction else { return try await self(procedure, arguments, timeout: timeout) }
    let request = try procedure.request(arguments)
    let limit = timeout ?? procedure.timeout ?? max(self.timeout, .seconds(30))
    return try Answer(
      term: try await node.call(self.key, request.handle, request.arguments, once: key, timeout: limit).value)
  }

  /// The same in terms; `onLoss` is called when a connection has ended before the answer.
  package func once(
    _ name: Atom, _ arguments: Term, key: OnceKey, timeout: Duration, onLoss: @escaping @Sendable () -> Void
  ) async throws -> OnceAnswer {
    try await OnceAttempts(
      node: node, peer: self.key, name: name, arguments: arguments, key: key, limit: timeout, onLoss: onLoss
    ).run()
  }

  /// Waits until the machine was started anew since the call of that key began, and the peer answers again.
  ///
  /// - Parameters:
  ///   - timeout: for all of it.
  ///   - onChange: told when it is away, and when it answers after that without having been started anew.
  /// - Throws: ``PeerNetError/timedOut`` when the peer answered to the end and the machine was not started anew;
  ///   ``PeerNetError/unreachable(_:)`` when it was not heard at the end, and so nobody knows;
  ///   ``PeerNetError/remote(_:)`` with the code `no_journal` for a peer that cannot tell; else as
  ///   ``PeerNode/call(_:_:_:once:timeout:)``.
  package func restarted(
    _ name: Atom, _ arguments: Term, key: OnceKey, timeout: Duration,
    onChange: @Sendable (RestartSighting) -> Void = { _ in }
  ) async throws -> OnceAnswer {
    let deadline = ContinuousClock.now + timeout
    var last: RestartSighting?
    func note(_ sighting: RestartSighting) {
      if sighting != last, last != nil || sighting == .away { onChange(sighting) }
      last = sighting
    }
    while true {
      let rest = ContinuousClock.now.duration(to: deadline)
      guard rest > .zero else { throw last == .running ? PeerNetError.timedOut : PeerNetError.unreachable(nil) }
      do {
        // Short attempts: each searches again, because the peer may have another address by now.
        var request = OnceAttempts(
          node: node, peer: self.key, name: name, arguments: arguments, key: key, limit: min(rest, .seconds(10)))
        request.fallsBack = false
        let answer = try await request.run()
        guard let hasRestarted = answer.hasRestarted else {
          throw PeerNetError.remote(.binary(utf8: "no_journal: it cannot tell whether it has started anew"))
        }
        if hasRestarted { return answer }
        note(.running)
      } catch PeerNetError.unreachable(let reason) {
        if case .wrongPeer = reason { throw PeerNetError.unreachable(reason) }
        note(.away)
      } catch PeerNetError.outcomeUnknown, PeerNetError.timedOut {
        // The next request tells.
        note(.away)
      }
      try await Task.sleep(for: .milliseconds(500))
    }
  }
}

/// What is seen of a machine that is about to restart.
package enum RestartSighting: Hashable, Sendable {
  /// It answers and has not restarted.
  case running
  /// It does not answer.
  case away
}
