import ETF

/// What a handler throws to refuse a request: the peer is answered `{error, <<"code: message">>}`.
///
///     throw HandlerError(code: "busy", message: "the pump is running")
///
/// The peer sees all of it; anything else that a handler throws is kept from it.
public struct HandlerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What a program tells failures apart by: lower-case letters and underscores. Peers know `busy`, `refused`,
  /// `bad_argument`, `step_failed`, `timeout` and `unavailable` (Protocol, Envelopes).
  public let code: String
  /// For people.
  public let message: String

  /// A refusal with both parts of its reason.
  public init(code: String, message: String) {
    self.code = code
    self.message = message
  }

  /// `code: message`
  public var description: String { "\(code): \(message)" }

  /// The reason in `{error, Reason}`.
  var reason: Term { .binary(utf8: description) }

  /// What the peer is told of an error that a handler has thrown: a refusal's reason, also one that came from another
  /// peer. Nil for any other error, whose text may be none of the peer's business: it is told `handler_crash` alone.
  static func reason(toldFor error: any Error) -> Term? {
    switch error {
    case let refusal as HandlerError: refusal.reason
    case PeerNetError.remote(let reason): reason
    default: nil
    }
  }
}
