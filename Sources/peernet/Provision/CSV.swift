/// Comma-separated values (RFC 4180): fields in quotes may hold commas, line ends and doubled quotes.
struct CSV {
  /// One value and where it begins, both counted from 1; columns in characters.
  struct Field: Equatable {
    let text: String
    let line: Int
    let column: Int
  }

  struct Fault: Error, Equatable {
    let line: Int
    let column: Int
    let reason: String
  }

  /// Rows that are not blank, at least one field in each.
  private(set) var rows: [[Field]] = []

  private var rest: Substring.UnicodeScalarView
  private var line = 1
  private var column = 1

  init(_ bytes: [UInt8]) throws(Fault) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Fault(line: 1, column: 1, reason: "the file is not UTF-8")
    }
    rest = Substring(text).unicodeScalars
    if rest.first == "\u{feff}" { rest.removeFirst() }
    while !rest.isEmpty {
      let row = try row()
      if row.count > 1 || !row[0].text.isEmpty { rows.append(row) }
    }
  }

  private mutating func row() throws(Fault) -> [Field] {
    var fields = [try field()]
    while take(",") { fields.append(try field()) }
    guard rest.isEmpty || takeLineEnd() else {
      throw Fault(line: line, column: column, reason: "a comma or the line's end must follow a quoted field")
    }
    return fields
  }

  private mutating func field() throws(Fault) -> Field {
    let (startLine, startColumn) = (line, column)
    var text = String.UnicodeScalarView()
    if take("\"") {
      while true {
        guard let scalar = rest.first else {
          throw Fault(line: startLine, column: startColumn, reason: "the quotes are never closed")
        }
        if take("\"") {
          guard take("\"") else { break }
          text.append("\"")
        } else {
          text.append(scalar)
          advance()
        }
      }
    } else {
      while let scalar = rest.first, scalar != ",", !isLineEnd {
        guard scalar != "\"" else {
          throw Fault(line: line, column: column, reason: "quotes must stand around the whole field")
        }
        text.append(scalar)
        advance()
      }
    }
    return Field(text: String(text), line: startLine, column: startColumn)
  }

  private var isLineEnd: Bool {
    rest.first == "\n" || rest.first == "\r" && rest.dropFirst().first == "\n"
  }

  private mutating func takeLineEnd() -> Bool {
    guard isLineEnd else { return false }
    if rest.first == "\r" { rest.removeFirst() }
    advance()
    return true
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard rest.first == scalar else { return false }
    advance()
    return true
  }

  private mutating func advance() {
    if rest.removeFirst() == "\n" { (line, column) = (line + 1, 1) } else { column += 1 }
  }
}
