/// Percent-encoding of the texts that stand inside one field of a line.
package enum Percent {
  /// Writes every byte that could end or change the field as `%XX`; UTF-8 stands as it is.
  package static func encode(_ bytes: [UInt8], into text: inout [UInt8]) {
    for byte in bytes {
      if mustEncode(byte) {
        text.append(Ascii.percent)
        text.append(Hexadecimal.upper(byte >> 4))
        text.append(Hexadecimal.upper(byte & 15))
      } else {
        text.append(byte)
      }
    }
  }

  /// Nil when a `%` is not followed by two hex digits.
  package static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var index = text.startIndex
    while index < text.endIndex {
      if text[index] == Ascii.percent {
        guard text.endIndex - index > 2, let high = Hexadecimal.value(text[index + 1]),
          let low = Hexadecimal.value(text[index + 2])
        else { return nil }
        bytes.append(high << 4 | low)
        index += 3
      } else {
        bytes.append(text[index])
        index += 1
      }
    }
    return bytes
  }

  private static func mustEncode(_ byte: UInt8) -> Bool {
    switch byte {
    case 0...Ascii.space, 0x7f, Ascii.hash, Ascii.percent, Ascii.star, Ascii.comma, Ascii.colon, Ascii.equals: true
    default: false
    }
  }
}
