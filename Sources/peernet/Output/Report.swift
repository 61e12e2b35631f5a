import ETF

/// A peer's answer for people: a line a value, its name and what it is, nested maps with their names joined by dots.
struct Report {
  private(set) var rows: [(name: String, value: String)] = []

  init(_ term: Term) { append(term, named: "") }

  func print() {
    let width = rows.map(\.name.count).max() ?? 0
    for row in rows {
      Console.data(row.name + String(repeating: " ", count: width - row.name.count + 2) + row.value)
    }
  }

  private mutating func append(_ term: Term, named name: String) {
    guard let pairs = term.pairs else {
      return rows.append((name.isEmpty ? "answer" : Self.withoutUnit(name, term), Self.text(term, name)))
    }
    for pair in pairs {
      let key = Self.text(pair.key)
      append(pair.value, named: name.isEmpty ? key : "\(name).\(key)")
    }
  }

  /// The unit stands behind the value.
  private static func withoutUnit(_ name: String, _ term: Term) -> String {
    guard case .integer = term, let unit = ["_kib", "_ms"].first(where: { name.hasSuffix($0) }) else { return name }
    return String(name.dropLast(unit.count))
  }

  /// A value in one line; text without its quotes.
  static func text(_ term: Term, _ name: String = "") -> String {
    switch term {
    case .binary(let bytes): return Printable.text(bytes)
    case .atom(let atom): return Printable.text(atom.bytes)
    case .integer(let value): return quantity(value, name)
    case .list(let elements): return elements.map { text($0) }.joined(separator: ", ")
    case .bigInteger, .float, .bitstring, .string, .improperList, .tuple, .map: return term.text()
    }
  }

  private static func quantity(_ value: Int64, _ name: String) -> String {
    switch name.split(separator: ".").last {
    case "uptime", "ago", "delay": duration(value)
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
