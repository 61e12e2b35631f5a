import Basics

/// Why a plan could not be carried out.
public struct ProcedureError: Error, Equatable, Sendable {
  /// What a program can tell failures apart by.
  public enum Code: Equatable, Sendable {
    /// Somebody else's work is in the way; later it will do.
    case busy
    /// The board will not do that, now or later.
    case refused
    /// A step of the plan failed; the text names it.
    case stepFailed
    /// The plan was not through in its time.
    case timeout
    /// The board does not have what it takes, or has lost it.
    case unavailable

    /// The part of the reason before the colon (Protocol, Envelopes).
    public var name: StaticString {
      switch self {
      case .busy: "busy"
      case .refused: "refused"
      case .stepFailed: "step_failed"
      case .timeout: "timeout"
      case .unavailable: "unavailable"
      }
    }
  }

  /// What a program goes by.
  public let code: Code
  /// For the operator.
  public let text: [UInt8]

  /// The text is UTF-8, and holds no secret and no path.
  public init(_ code: Code, _ text: [UInt8]) {
    self.code = code
    self.text = text
  }

  /// With a constant text.
  public init(_ code: Code, _ text: StaticString) { self.init(code, [UInt8](text)) }

  /// The reason in `{error, Reason}`, as a binary: `code: text`.
  public var reason: [UInt8] {
    var reason = [UInt8](code.name)
    reason += ": "
    reason.append(contentsOf: text)
    return reason
  }
}
