import ETF

extension BoardProfile {
  /// The answer of `gpio.list`: `lines`, a list in the order of the profile:
  ///
  /// | key | value |
  /// |---|---|
  /// | `label` | what `gpio.read` and `gpio.write` call it |
  /// | `direction` | `input` or `output` |
  /// | `active_low` | whether active means a low level |
  /// | `bias` | `as-is`, `disable`, `pull-up` or `pull-down` |
  /// | `debounce` | inputs: milliseconds |
  /// | `description` | the profile's; left out when it has none |
  public var listAnswer: Term {
    var answer = Answer()
    answer.put("lines", .list(lines.map { $0.term }))
    return answer.term
  }
}

extension LineProfile {
  fileprivate var term: Term {
    var answer = Answer()
    answer.put("label", label)
    answer.put("direction", text: direction.name)
    answer.put("active_low", flag: activeLow)
    answer.put("bias", text: bias.name)
    if direction == .input { answer.put("debounce", Int64(debounce)) }
    if !description.isEmpty { answer.put("description", description) }
    return answer.term
  }
}

extension LineLevel {
  /// The answer of `gpio.read` and `gpio.write`:
  ///
  /// | key | value |
  /// |---|---|
  /// | `values` | a map from label to 1 (active) or 0, in the order asked for; after a write, what was read back |
  /// | `problems` | a map from label to reason: lines that could not be read when all were asked for; left out when empty |
  public static func answer(_ levels: [LineLevel], problems: [LineProblem] = []) -> Term {
    var answer = Answer()
    answer.put("values", .map(levels.map { MapPair(.binary($0.label), .integer($0.isActive ? 1 : 0)) }))
    if !problems.isEmpty {
      answer.put("problems", .map(problems.map { MapPair(.binary($0.label), .binary($0.reason)) }))
    }
    return answer.term
  }
}

/// A line that could not be read, and why: `code: text`.
public struct LineProblem: Equatable, Sendable {
  /// The line's, from the profile.
  public let label: [UInt8]
  /// `code: text`, such as `unavailable: …` (Protocol, Envelopes).
  public let reason: [UInt8]

  /// One of these stands in the answer for each line that failed.
  public init(label: [UInt8], reason: [UInt8]) {
    self.label = label
    self.reason = reason
  }
}
