/// The sixteen digits.
package enum Hexadecimal {
  /// What a digit of either case stands for; nil for any other byte.
  package static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46: digit - 0x41 + 10
    case 0x61...0x66: digit - 0x61 + 10
    default: nil
    }
  }

  /// The digit of a value below 16.
  package static func lower(_ value: UInt8) -> UInt8 { value < 10 ? Ascii.zero + value : 0x61 + value - 10 }

  /// The digit of a value below 16, as a capital letter from ten on.
  package static func upper(_ value: UInt8) -> UInt8 { value < 10 ? Ascii.zero + value : 0x41 + value - 10 }
}

extension [UInt8] {
  /// Appends the number in lower case, with zeros before it up to `width` digits.
  package mutating func append(hexadecimal number: UInt64, width: Int = 1) {
    let start = count
    var rest = number
    while rest > 0 || count - start < width {
      append(Hexadecimal.lower(UInt8(truncatingIfNeeded: rest & 15)))
      rest >>= 4
    }
    self[start...].reverse()
  }
}

extension Collection where Element == UInt8 {
  /// The whole text as a number: one to `maximumCount` digits of either case, nil for anything else.
  package func hexadecimal(maximumCount: Int) -> UInt64? {
    guard !isEmpty, count <= maximumCount else { return nil }
    var value: UInt64 = 0
    for digit in self {
      guard let digit = Hexadecimal.value(digit) else { return nil }
      value = value << 4 | UInt64(digit)
    }
    return value
  }
}
