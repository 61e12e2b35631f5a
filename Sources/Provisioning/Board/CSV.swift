/// Comma-separated values (RFC 4180): fields in quotes may hold commas, line ends and doubled quotes.
struct CSV {
  /// One value and where it begins, both counted from 1; columns in characters.
  struct Field: Equatable {
    let text: String
    let line: Int
    let column: Int
    /// Whether the field stood in quotes.
    var isQuoted = false
  }

  struct Fault: Error, Equatable {
    let line: Int
    let column: Int
    let reason: String
  }

  /// The rows that are not empty.
  private(set) var rows: [[Field]] = []

  private var rest: Substring.UnicodeScalarView
  private var line = 1
  private var column = 1

  init(_ bytes: [UInt8]) throws(Fault) {
    let contents: ArraySlice<UInt8>
    do throws(InvalidSetting) { contents = try TextFile.utf8(bytes) } catch {
      throw Fault(line: 1, column: 1, reason: error.reason)
    }
    guard let text = String(validating: contents, as: UTF8.self) else {
      let line = Self.lineOfFirstFault(contents)
      throw Fault(line: line, column: 1, reason: "the file is not UTF-8; save it as CSV UTF-8")
    }
    rest = Substring(text).unicodeScalars
    try checkForm()
    while !rest.isEmpty {
      let row = try row()
      // Spreadsheets leave empty rows behind the last one.
      if row.contains(where: { !$0.text.isEmpty }) { rows.append(row) }
    }
  }

  /// Names the format that a spreadsheet saved instead of CSV.
  private func checkForm() throws(Fault) {
    let first = rest.prefix { $0 != "\n" && $0 != "\r" }
    if first.starts(with: "sep=".unicodeScalars) {
      throw Fault(line: 1, column: 1, reason: "a line sep= is for Excel alone; take it out, and separate by commas")
    }
    if first.endIndex != rest.endIndex, rest[first.endIndex] == "\r", !rest.contains("\n") {
      throw Fault(line: 1, column: 1, reason: "its lines end in CR alone, as old Macs wrote them; save it with LF")
    }
    guard !first.contains(",") else { return }
    for (separator, name) in [(";", "semicolons"), ("\t", "tabs")] as [(Unicode.Scalar, String)] {
      if first.contains(separator) {
        throw Fault(line: 1, column: 1, reason: "its fields are separated by \(name); separate them by commas")
      }
    }
  }

  private static func lineOfFirstFault(_ bytes: ArraySlice<UInt8>) -> Int {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0) + 1
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
    let isQuoted = take("\"")
    if isQuoted {
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
    return Field(text: String(text), line: startLine, column: startColumn, isQuoted: isQuoted)
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
