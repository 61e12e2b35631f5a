import ETF
import PeerNetClient

/// A peer's answer for people: a line a value, its name and what it is, nested maps with their names joined by dots.
///
/// The answer may be hostile: the output grows no faster than the size of the answer. The length of a name and the
/// number of lines are bounded.
struct Report {
  /// The most lines that are printed; further values are only counted.
  static let maximumRows = 4_096
  /// The most characters of a name, or of a table's cell.
  static let maximumWidth = 128

  private(set) var rows: [(name: String, value: String)] = []
  /// How many values there are beyond ``maximumRows``.
  private(set) var left = 0

  init(_ term: Term) { append(term, named: "") }

  var lines: [String] {
    let width = rows.map(\.name.count).max() ?? 0
    return rows.map { $0.name + String(repeating: " ", count: width - $0.name.count + 2) + $0.value }
  }

  func print() {
    if !rows.isEmpty { Console.data(lines.joined(separator: "\n")) }
    Self.tell(left: left)
  }

  /// Says how many values or rows are not shown.
  static func tell(left: Int) {
    if left > 0 { Console.say("and \(left) more, which --json shows") }
  }

  private mutating func append(_ term: Term, named name: String) {
    guard let pairs = term.pairs else {
      guard rows.count < Self.maximumRows else { return left += 1 }
      return rows.append((name.isEmpty ? "answer" : Self.withoutUnit(name, term), Self.text(term, name)))
    }
    for pair in pairs {
      append(pair.value, named: rows.count < Self.maximumRows ? Self.name(pair.key, in: name) : "")
    }
  }

  private static func name(_ key: Term, in outer: String) -> String {
    let key = text(key)
    return cut(outer.isEmpty ? key : "\(outer).\(key)")
  }

  /// A text, cut to the length that a name or a cell may have.
  static func cut(_ text: String) -> String {
    guard text.utf8.count > maximumWidth, text.unicodeScalars.count > maximumWidth else { return text }
    return String(text.unicodeScalars.prefix(maximumWidth - 3)) + "..."
  }

  /// The unit stands behind the value.
  private static func withoutUnit(_ name: String, _ term: Term) -> String {
    guard case .integer = term, let unit = ["_kib", "_ms"].first(where: { name.hasSuffix($0) }) else { return name }
    return String(name.dropLast(unit.count))
  }

  /// A value in one line; text without its quotes.
  static func text(_ term: Term, _ name: String = "") -> String {
    if case .integer(let value) = term { return quantity(value, name) }
    var text = ""
    append(term, to: &text)
    return text
  }

  private static func append(_ term: Term, to text: inout String) {
    switch term {
    case .binary(let bytes): text += Printable.text(bytes)
    case .atom(let atom): text += Printable.text(atom.bytes)
    case .list(let elements):
      for (index, element) in elements.enumerated() {
        if index > 0 { text += ", " }
        append(element, to: &text)
      }
    case .integer, .bigInteger, .float, .bitstring, .string, .improperList, .tuple, .map: text += term.text()
    }
  }

  private static func quantity(_ value: Int64, _ name: String) -> String {
    switch name.split(separator: ".").last {
    case "uptime", "ago", "delay": duration(value)
    case "time", "at": CalendarTime.local(value)
    case "rssi": "\(value) dBm"
    case "freq": "\(value) MHz"
    case let last? where last.hasSuffix("_kib"): "\(value) KiB"
    case let last? where last.hasSuffix("_ms"): "\(value) ms"
    default: "\(value)"
    }
  }

  static func duration(_ seconds: Int64) -> String {
    guard seconds >= 60 else { return "\(seconds) s" }
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60)
    if days > 0 { return "\(days) d \(hours) h" }
    return hours > 0 ? "\(hours) h \(minutes) min" : "\(minutes) min \(seconds % 60) s"
  }
}
