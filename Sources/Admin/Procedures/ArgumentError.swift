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
    case .duplicate(let parameter):
      text += "given twice: "
      text += parameter.name
    case .missing(let parameter):
      text += "missing "
      text += parameter.name
    case .unfit(let parameter):
      text += parameter.name
      text += " is "
      text += parameter.expectation
    case .conflict(let parameter):
      text += "give values alone, without "
      text += parameter.name
    }
    return text
  }
}
