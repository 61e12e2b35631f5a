/// The few bytes and number forms that our text formats are made of. Bytes and not `String`: the board carries no
/// Unicode tables.
enum Ascii {
  static let tab: UInt8 = 0x09
  static let newline: UInt8 = 0x0a
  static let carriageReturn: UInt8 = 0x0d
  static let space: UInt8 = 0x20
  static let hash: UInt8 = 0x23
  static let percent: UInt8 = 0x25
  static let star: UInt8 = 0x2a
  static let comma: UInt8 = 0x2c
  static let dot: UInt8 = 0x2e
  static let zero: UInt8 = 0x30
  static let colon: UInt8 = 0x3a
  static let equals: UInt8 = 0x3d
  static let openBracket: UInt8 = 0x5b
  static let closeBracket: UInt8 = 0x5d

  /// Digits only, no sign, no leading zero, at most `maximum` (below `UInt64.max / 16`).
  static func decimal(_ digits: ArraySlice<UInt8>, maximum: UInt64) -> UInt64? {
    guard let first = digits.first, first != zero || digits.count == 1 else { return nil }
    var value: UInt64 = 0
    for digit in digits {
      guard digit >= zero, digit <= zero + 9 else { return nil }
      value = value * 10 + UInt64(digit - zero)
      guard value <= maximum else { return nil }
    }
    return value
  }

  /// One to four hex digits of either case.
  static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
    guard !digits.isEmpty, digits.count <= 4 else { return nil }
    var value: UInt64 = 0
    for digit in digits {
      guard let nibble = nibble(digit) else { return nil }
      value = value << 4 | UInt64(nibble)
    }
    return value
  }

  static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46: digit - 0x41 + 10
    case 0x61...0x66: digit - 0x61 + 10
    default: nil
    }
  }

  static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? zero + nibble : 0x61 + nibble - 10 }
}

extension [UInt8] {
  mutating func appendDecimal(_ value: UInt64) {
    if value >= 10 { appendDecimal(value / 10) }
    append(Ascii.zero + UInt8(value % 10))
  }

  /// Lower case, no leading zeros.
  mutating func appendHexadecimal(_ value: UInt64) {
    if value >= 16 { appendHexadecimal(value >> 4) }
    append(Ascii.digit(UInt8(value & 15)))
  }

  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { append(contentsOf: $0) }
  }
}

extension StaticString {
  /// Whether the bytes are exactly this text.
  func equals(_ bytes: ArraySlice<UInt8>) -> Bool {
    withUTF8Buffer { $0.elementsEqual(bytes) }
  }
}
