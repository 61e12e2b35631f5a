// Text is bytes here: `String` would bring the Unicode tables into the board's binary.

extension StaticString {
  package var bytes: [UInt8] { withUTF8Buffer { Array($0) } }

  /// Lets a `switch` over bytes have literal cases.
  package static func ~= (literal: StaticString, bytes: [UInt8]) -> Bool {
    literal.withUTF8Buffer { $0.elementsEqual(bytes) }
  }
}

extension [UInt8] {
  /// A literal's bytes.
  package init(_ text: StaticString) { self = text.bytes }

  package static func += (text: inout [UInt8], literal: StaticString) {
    literal.withUTF8Buffer { text.append(contentsOf: $0) }
  }

  /// In decimal, with zeros before it up to `width` digits.
  package mutating func append(decimal number: Int64, width: Int = 1) {
    if number < 0 { append(UInt8(ascii: "-")) }
    var digits: [UInt8] = []
    var rest = number.magnitude
    repeat {
      digits.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    while digits.count < width { digits.append(UInt8(ascii: "0")) }
    append(contentsOf: digits.reversed())
  }

  /// What is no printable ASCII becomes `?`: the text stays on its line and drives no terminal.
  package var printable: [UInt8] { map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: "?") } }

  /// The words between blanks.
  var words: [[UInt8]] {
    split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.map { Array($0) }
  }

  /// The number that these bytes spell in decimal, with a minus at most; nil when it has more than nine digits.
  var number: Int64? {
    let isNegative = first == UInt8(ascii: "-")
    let digits = isNegative ? dropFirst() : self[...]
    guard (1...9).contains(digits.count) else { return nil }
    var number: Int64 = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      number = number * 10 + Int64(digit - UInt8(ascii: "0"))
    }
    return isNegative ? -number : number
  }
}
