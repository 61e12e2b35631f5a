import Basics
import ETF

/// Why a call was not taken on.
public enum Refusal: Error, Equatable, Sendable {
  /// `beam_admin` was asked for what the board does not have.
  case unknownProcedure
  /// The caller's line of the trust list does not allow it, or not with this argument.
  case forbidden
  /// The arguments are not those of the procedure.
  case badArgument(ArgumentError)
  /// Not as `agent.once`.
  case once(OnceRefusal)

  /// The reason in `{error, Reason}`: the atom `forbidden`, or a binary `code: text`.
  public var reason: Term {
    switch self {
    case .unknownProcedure: .binary([UInt8]("unknown_procedure: this board has no such procedure"))
    case .forbidden: .atom("forbidden")
    case .badArgument(let error): .binary(error.reason)
    case .once(let refusal): .binary([UInt8](refusal.reason))
    }
  }
}
