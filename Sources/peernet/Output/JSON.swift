import PeerNetClient

/// A JSON value whose members keep their order.
enum JSON {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([(name: String, value: JSON)])

  static func text(_ bytes: [UInt8]) -> JSON { .string(String(decoding: bytes, as: UTF8.self)) }

  static func optional(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }

  /// In one line. What a terminal could take amiss stands as `\uNNNN`, so the line is safe to look at, too.
  var line: String {
    var line = ""
    write(to: &line)
    return line
  }

  private func write(to line: inout String) {
    switch self {
    case .null: line += "null"
    case .bool(let value): line += value ? "true" : "false"
    case .integer(let value): line += "\(value)"
    case .number(let value): line += value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.quote(value, to: &line)
    case .array(let values):
      line += "["
      for (index, value) in values.enumerated() {
        if index > 0 { line += "," }
        value.write(to: &line)
      }
      line += "]"
    case .object(let members):
      line += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { line += "," }
        Self.quote(member.name, to: &line)
        line += ":"
        member.value.write(to: &line)
      }
      line += "}"
    }
  }

  private static func quote(_ text: String, to line: inout String) {
    line += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": line += "\\\""
      case "\\": line += "\\\\"
      case "\n": line += "\\n"
      case "\t": line += "\\t"
      case _ where Printable.isPlain(scalar): line.unicodeScalars.append(scalar)
      default: for unit in UTF16.encode(scalar)! { line += "\\u" + Printable.hexadecimal(UInt32(unit), width: 4) }
      }
    }
    line += "\""
  }
}
