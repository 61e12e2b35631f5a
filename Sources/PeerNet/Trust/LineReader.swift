/// Walks through a text of ours line by line. Lines end with a newline; carriage returns before it are tolerated.
struct LineReader {
  let text: [UInt8]
  /// Where the next line starts.
  private(set) var position = 0
  /// The number of the line that `next` gave last, from 1.
  private(set) var number = 0

  init(_ text: [UInt8]) { self.text = text }

  /// The next line without its end, or nil behind the last.
  mutating func next() -> ArraySlice<UInt8>? {
    guard position < text.count else { return nil }
    let start = position
    let end = text[start...].firstIndex(of: Ascii.newline) ?? text.count
    position = min(end + 1, text.count)
    number += 1
    var line = text[start..<end]
    while line.last == Ascii.carriageReturn { line.removeLast() }
    return line
  }

  /// The format version of line 1, `NAME VERSION`. A version later than `known` may have more behind it.
  static func version(_ line: ArraySlice<UInt8>, name: StaticString, known: UInt64) -> UInt64? {
    let fields = fields(line)
    guard fields.count >= 2, fields[0].equals(name),
      let version = fields[1].canonicalDecimal(upTo: UInt64(UInt32.max)), version > 0,
      version > known || line[fields[1].endIndex...].allSatisfy(isBlank)
    else { return nil }
    return version
  }

  /// What stands between spaces and tabs, up to a field that starts with `#`: the rest of the line is a comment.
  static func fields(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var fields: [ArraySlice<UInt8>] = []
    var start = line.startIndex
    while start < line.endIndex {
      if isBlank(line[start]) {
        start += 1
        continue
      }
      if line[start] == Ascii.hash { break }
      var end = start + 1
      while end < line.endIndex, !isBlank(line[end]) { end += 1 }
      fields.append(line[start..<end])
      start = end
    }
    return fields
  }

  /// The two sides of `name=value`; nil when there is no `=` or no name.
  static func pair(_ field: ArraySlice<UInt8>) -> (name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)? {
    guard let equals = field.firstIndex(of: Ascii.equals), equals > field.startIndex else { return nil }
    return (field[..<equals], field[(equals + 1)...])
  }

  /// The first byte that no text of ours holds: a control character, or what is not UTF-8.
  static func firstFault(in line: ArraySlice<UInt8>) -> Int? {
    if let control = line.firstIndex(where: { $0 < Ascii.space && $0 != Ascii.tab || $0 == 0x7f }) { return control }
    return UTF8Text.firstFault(in: line)
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == Ascii.space || byte == Ascii.tab }
}
