import Basics

/// Why arguments are not those of the procedure: the caller's mistake. It repeats nothing of what the caller sent.
public enum ArgumentError: Error, Equatable, Sendable {
  /// A procedure reached by its own name takes a map.
  case notAMap
  /// A procedure reached through `beam_admin` takes a list.
  case notAList
  /// More than the procedure has parameters.
  case tooMany
  /// A key of the map names none of its parameters.
  case unknownKey
  /// The map holds the parameter twice.
  case duplicate(Parameter)
  /// The procedure cannot do without it.
  case missing(Parameter)
  /// Another type than the parameter's, or a value beyond its bounds.
  case unfit(Parameter)
  /// `values` beside `line` or `value`.
  case conflict(Parameter)

  /// `bad_argument: missing line`
  public var reason: [UInt8] {
    var text = [UInt8]("bad_argument: ")
    switch self {
    case .notAMap: text += "expected a map"
    case .notAList: text += "expected a list"
    case .tooMany: text += "too many arguments"
    case .unknownKey: text += "unknown key"
    case .duplicate(let parameter): text.append("given twice: ", parameter)
    case .missing(let parameter): text.append("missing ", parameter)
    case .unfit(let parameter):
      text += parameter.expectation
    case .conflict(let parameter): text.append("give values alone, without ", parameter)
    }
    return text
  }
}

extension Parameter {
  fileprivate var expectation: StaticString {
    switch self {
    case .delay: "delay is a whole number of seconds, 0 to 3600"
    case .dryRun: "dry_run is true or false"
    case .timeout: "timeout is a whole number of seconds, 5 to 300"
    case .lines: "lines is a label or a list of at most 256 labels"
    case .line: "line is a label"
    case .value: "value is 0, 1, true or false"
    case .values: "values is a map of at most 256 labels to 0, 1, true or false"
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ text: StaticString, _ parameter: Parameter) {
    self += text
    self += parameter.name
  }
}
