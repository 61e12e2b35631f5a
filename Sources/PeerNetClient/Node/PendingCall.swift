import ETF
import PeerNet
import Sodium
import Synchronization

/// A call from its caller's wish to its end.
///
/// The caller hands its continuation over and waits; nothing of ours runs between the reply and the caller. That the
/// continuation is resumed, and once, rests on this:
///
/// - But for `isGivenUp` all of it is used on the node's executor alone, one thing at a time.
/// - The executor is entered once for each continuation, and runs all that enters. There the call either ends at once,
///   and the continuation is resumed and not kept; or it is sent, and the continuation stands here alone.
/// - A call that was sent stands in `PeerNode.calls` from then on, until `end()` takes the continuation out of it. That
///   finds it once, whoever comes first: the node, which tells one outcome of each call; the stop, which ends all calls
///   that there are and after which none is sent; or the cancellation.
final class PendingCall: @unchecked Sendable {
  private enum State {
    /// Not yet, or never.
    case unsent
    /// The caller waits for its outcome.
    case sent(CallID, at: Instant, CheckedContinuation<Reply, any Error>)
    /// The caller has it.
    case ended
  }

  let node: PeerNode
  let key: PublicKey
  let name: Atom
  let arguments: Term
  let timeout: TimeSpan
  /// When it ends at the latest; nil where the timeout alone counts.
  let limit: Instant?

  /// Whether the caller has given up. It is set before the executor is entered for that, and read before the call is
  /// sent: what is cancelled before that is not sent, although its turn to be sent may come first. Whatever is
  /// cancelled later is found by the executor.
  private let isGivenUp = Atomic(false)
  private var state = State.unsent

  init(
    by node: PeerNode, to key: PublicKey, _ name: Atom, _ arguments: Term, timeout: TimeSpan,
    until limit: Instant? = nil
  ) {
    self.node = node
    self.key = key
    self.name = name
    self.arguments = arguments
    self.timeout = timeout
    self.limit = limit
  }

  /// Has it sent and waits for the answer, where the caller runs.
  func answer(isolation: isolated (any Actor)? = #isolation) async throws -> Term {
    let reply: Reply = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation(isolation: isolation) { continuation in
        node.transport.enter { self.node.assumeIsolated { $0.begin(self, continuation) } }
      }
    } onCancel: {
      isGivenUp.store(true, ordering: .relaxed)
      node.transport.enter { self.node.assumeIsolated { $0.cancel(self) } }
    }
    switch reply {
    case .ok(let value): return value
    case .error(let reason): throw PeerNetError.remote(reason)
    }
  }

  // MARK: On the executor

  var isCancelled: Bool { isGivenUp.load(ordering: .relaxed) }

  /// What the node calls it, while its outcome is waited for.
  var id: CallID? { if case .sent(let id, _, _) = state { id } else { nil } }

  func sent(as id: CallID, at now: Instant, _ continuation: CheckedContinuation<Reply, any Error>) {
    state = .sent(id, at: now, continuation)
  }

  /// Ends it: when it was sent, and who is to be told. Nil when somebody has been told already.
  func end() -> (sent: Instant, continuation: CheckedContinuation<Reply, any Error>)? {
    guard case .sent(_, let sent, let continuation) = state else { return nil }
    state = .ended
    return (sent, continuation)
  }
}
