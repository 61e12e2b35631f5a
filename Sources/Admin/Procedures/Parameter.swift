import Basics

/// What a procedure can be told.
public struct Parameter: Sendable {
  /// What its values are.
  public enum Kind: Sendable {
    /// A whole number of seconds, and what counts when it is not given.
    case seconds(ClosedRange<Int64>, otherwise: Int64)
    /// `true` or `false`; `false` when it is not given.
    case flag
    /// A text, such as the label of a line.
    case label
    /// One label, or a list of labels without repetition.
    case labels
    /// Whether a line is to be active: 0, 1, `true` or `false`.
    case level
    /// A map from labels to levels.
    case levels
    /// The key of a once-only call, 16 bytes.
    case onceKey
    /// The arguments of another procedure.
    case arguments
  }

  /// No call names more lines.
  static var maximumLabels: Int { 256 }

  /// Its key in the map of arguments.
  public let name: StaticString
  /// What its values are.
  public let kind: Kind

  init(_ name: StaticString, _ kind: Kind) {
    self.name = name
    self.kind = kind
  }

  /// Whether its values may fill kilobytes.
  public var mayBeLong: Bool {
    switch kind {
    case .labels, .levels, .arguments: true
    case .seconds, .flag, .label, .level, .onceKey: false
    }
  }

  /// To continue a sentence after the parameter's name: `a whole number of seconds, 0 to 3600`
  public var expectation: [UInt8] {
    var text: [UInt8] = []
    switch kind {
    case .seconds(let bounds, _):
      text += "a whole number of seconds, "
      text.append(decimal: bounds.lowerBound)
      text += " to "
      text.append(decimal: bounds.upperBound)
    case .flag: text += "true or false"
    case .label: text += "a label"
    case .labels:
      text += "a label or a list of at most "
      text.append(decimal: Parameter.maximumLabels)
      text += " labels"
    case .level: text += "0, 1, true or false"
    case .levels:
      text += "a map of at most "
      text.append(decimal: Parameter.maximumLabels)
      text += " labels to 0, 1, true or false"
    case .onceKey: text += "16 bytes"
    case .arguments: text += "a term"
    }
    return text
  }
}

extension Parameter: Equatable {
  /// A name means one thing in all procedures.
  public static func == (left: Parameter, right: Parameter) -> Bool { left.name.bytes == right.name.bytes }
}
