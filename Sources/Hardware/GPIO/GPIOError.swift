import Linux

/// Why a request about GPIO lines was not carried out.
public enum GPIOError: Error, Equatable, Sendable {
  /// The profile lists no line of this label.
  case unlisted([UInt8])
  /// The label's line is an input.
  case notAnOutput([UInt8])
  /// The label stands twice in the request.
  case twice([UInt8])
  /// The line is listed and cannot be used; why.
  case unusable(label: [UInt8], GPIOLineError)

  /// As it goes over the wire, `code: text` (Protocol, Reasons). At most 32 bytes of what the caller sent.
  public var reason: [UInt8] {
    switch self {
    case .unlisted(let label):
      Array("refused: the board profile lists no line ".utf8) + label.prefix(32)
    case .notAnOutput(let label):
      Array("refused: the board profile makes no output of line ".utf8) + label
    case .twice(let label):
      Array("bad_argument: named twice: line ".utf8) + label
    case .unusable(let label, let fault):
      fault.code + label + fault.text
    }
  }
}

extension GPIOLineError {
  fileprivate var code: [UInt8] {
    switch self {
    case .busy: Array("busy: line ".utf8)
    case .noChip, .noLine, .ambiguous, .failed: Array("unavailable: line ".utf8)
    }
  }

  fileprivate var text: [UInt8] {
    switch self {
    case .busy(let consumer):
      Array(" is used by ".utf8) + (consumer.isEmpty ? Array("another program".utf8) : consumer)
    case .noChip: Array(": no chip has the label that the board profile gives".utf8)
    case .noLine: Array(": no chip has the line that the board profile gives".utf8)
    case .ambiguous: Array(": several chips or lines answer to the board profile".utf8)
    case .failed(let error): Array(": ".utf8) + error.text
    }
  }
}
