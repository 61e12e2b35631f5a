import Foundation

/// The table of results, printed as they come.
struct Report {
  private(set) var hasFailed = false

  enum Target {
    case atMost(Double), atLeast(Double), none

    func isMet(by value: Double) -> Bool? {
      switch self {
      case .atMost(let bound): value <= bound
      case .atLeast(let bound): value >= bound
      case .none: nil
      }
    }

    var text: String {
      switch self {
      case .atMost(let bound): "<= " + Report.number(bound)
      case .atLeast(let bound): ">= " + Report.number(bound)
      case .none: ""
      }
    }
  }

  func printHeader() { line("what", "value", "ratio", "target", "") }

  /// A value judged by itself.
  func value(_ name: String, _ value: Double, _ unit: String, _ target: Target) {
    line(name, Self.number(value) + " " + unit, "", target.text, verdict(target.isMet(by: value)))
  }

  /// A value judged by its ratio to the limit that the same run measured.
  func ratio(_ name: String, _ value: Double, to limit: Double, _ unit: String, _ target: Target) {
    let ratio = value / limit
    let value = Self.number(value) + " / " + Self.number(limit) + " " + unit
    line(name, value, Self.number(ratio), target.text, verdict(target.isMet(by: ratio)))
  }

  mutating func failed(_ name: String, _ reason: String) {
    hasFailed = true
    line(name, "did not run: " + reason, "", "", "FAILED")
  }

  /// Not measured because it is not built.
  func skipped(_ name: String, _ reason: String) { line(name, "- (" + reason + ")", "", "", "") }

  private func verdict(_ isMet: Bool?) -> String {
    guard let isMet else { return "" }
    return isMet ? "ok" : "miss"
  }

  private func line(_ name: String, _ value: String, _ ratio: String, _ target: String, _ verdict: String) {
    func pad(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(width - text.count, 1))
    }
    FileHandle.standardOutput.write(
      Data((pad(name, 48) + pad(value, 28) + pad(ratio, 8) + pad(target, 12) + verdict + "\n").utf8))
  }

  static func number(_ value: Double) -> String {
    let digits = value == value.rounded() && value < 1_000_000 || value >= 100 ? 0 : value >= 10 ? 1 : 2
    return String(format: "%.\(digits)f", value)
  }
}
