/// RFC 4648 Base32 without padding (Protocol, Keys).
package enum Base32 {
  package static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count * 8 + 4) / 5)
    var window: UInt32 = 0
    var bits: UInt32 = 0
    for byte in bytes {
      window = window << 8 | UInt32(byte)
      bits += 8
      while bits >= 5 {
        bits -= 5
        text.append(digit(UInt8(window >> bits & 31)))
      }
    }
    if bits > 0 { text.append(digit(UInt8(window << (5 - bits) & 31))) }
    return text
  }

  /// Nil unless `text` is what `encode` writes, in either case: no padding, no other characters, and the bits that
  /// the last character has left over are zero, so that every value has one spelling.
  package static func decode(_ text: [UInt8]) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count * 5 / 8)
    var window: UInt32 = 0
    var bits: UInt32 = 0
    for character in text {
      guard let value = value(character) else { return nil }
      window = window << 5 | UInt32(value)
      bits += 5
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(window >> bits & 0xff))
      }
    }
    guard bits < 5, window & ((1 << bits) - 1) == 0 else { return nil }
    return bytes
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 26 ? 0x41 + value : 0x32 + value - 26 }

  private static func value(_ character: UInt8) -> UInt8? {
    switch character {
    case 0x41...0x5a: character - 0x41
    case 0x61...0x7a: character - 0x61
    case 0x32...0x37: character - 0x32 + 26
    default: nil
    }
  }
}
