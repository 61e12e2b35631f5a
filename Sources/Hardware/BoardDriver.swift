import Admin
import ETF
import PeerNet

/// Carries plans out on a board. Everything behind it runs on the reactor's thread, and nothing blocks it.
public protocol BoardDriver: AnyObject {
  /// Takes hold of all lines, so that outputs are what the profile says from the agent's start on, and returns why some
  /// could not be had, each as it would go over the wire.
  func start() -> [[UInt8]]

  /// Changes with every start of the board; nil when it cannot be found out.
  var bootIdentifier: [UInt8]? { get }

  /// Carries a plan out that was admitted for `caller`, who is worked out for the plans alone that tell of it or keep
  /// it: its key's text and fingerprint cost more than setting a line. `completion` is called exactly once: before this
  /// returns when there is nothing to wait for, otherwise from the loop.
  func carryOut(_ plan: Plan, for caller: @autoclosure () -> Caller, completion: @escaping (BoardOutcome) -> Void)

  /// A connection has ended. Plans that came over it and only wait for work that another caller began fail now, which frees
  /// their places. Work that a caller of this connection began goes on.
  func letGo(of connection: ConnectionID)
}

/// How a plan ended.
public enum BoardOutcome: Equatable, Sendable {
  /// The value in `{ok, Value}`.
  case answered(Term)
  /// The reason in `{error, Reason}`, a binary: `code: text`.
  case failed([UInt8])

  /// What goes into the reply: `{ok, Value}` or `{error, Reason}`.
  public var reply: Term {
    switch self {
    case .answered(let value): .tuple([.atom("ok"), value])
    case .failed(let reason): .tuple([.atom("error"), .binary(reason)])
    }
  }
}
