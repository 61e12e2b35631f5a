// Text is bytes here: `String` would bring the Unicode tables into the board's binary.

extension StaticString {
  var bytes: [UInt8] { withUTF8Buffer { Array($0) } }

  /// Lets a `switch` over bytes have literal cases.
  static func ~= (literal: StaticString, bytes: [UInt8]) -> Bool {
    literal.withUTF8Buffer { $0.elementsEqual(bytes) }
  }
}

extension [UInt8] {
  static func += (text: inout [UInt8], literal: StaticString) {
    literal.withUTF8Buffer { text.append(contentsOf: $0) }
  }

  mutating func append(decimal number: Int64) {
    if number < 0 { append(UInt8(ascii: "-")) }
    let start = count
    var rest = number.magnitude
    repeat {
      append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    self[start...].reverse()
  }

  /// Appends bytes of any origin so that they stay on their line and cannot drive a terminal: plain printable ASCII
  /// as it is, all else between quotes with `\xNN` for what does not print. What exceeds `limit` bytes is cut: `...`.
  mutating func append(escaped bytes: [UInt8], limit: Int = 128) {
    let shown = bytes.prefix(limit)
    let isPlain = !shown.isEmpty && shown.allSatisfy(Self.isPlain)
    if !isPlain { append(UInt8(ascii: "\"")) }
    for byte in shown {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        append(UInt8(ascii: "\\"))
        append(byte)
      } else if (0x20...0x7E).contains(byte) {
        append(byte)
      } else {
        self += "\\x"
        append(Self.hexDigit(byte >> 4))
        append(Self.hexDigit(byte & 15))
      }
    }
    if bytes.count > limit { self += "..." }
    if !isPlain { append(UInt8(ascii: "\"")) }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "="): false
    case 0x21...0x7E: true
    default: false
    }
  }

  private static func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
  }

  /// The decimal number that these bytes spell: digits only, nil beyond `Int64.max / 10`.
  static func decimal(_ digits: some Collection<UInt8>) -> Int64? {
    guard !digits.isEmpty else { return nil }
    var number: Int64 = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit), number <= Int64.max / 100 else { return nil }
      number = number * 10 + Int64(digit - UInt8(ascii: "0"))
    }
    return number
  }

  /// The parts between separators, without the blanks around them; empty parts are kept.
  func parts(separatedBy separator: UInt8) -> [[UInt8]] {
    split(separator: separator, omittingEmptySubsequences: false).map { part in
      let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
      var part = part.drop(while: isBlank)
      while let last = part.last, isBlank(last) { part.removeLast() }
      return Array(part)
    }
  }
}
