extension [UInt8] {
  /// Appends bytes of any origin so that they stay on their line and cannot drive a terminal: plain printable ASCII
  /// as it is, all else between quotes with `\xNN` for what does not print. What exceeds `limit` bytes is cut: `...`.
  package mutating func append(escaped bytes: [UInt8], limit: Int = 128) {
    let shown = bytes.prefix(limit)
    let isPlain = !shown.isEmpty && shown.allSatisfy(Self.isPlain)
    if !isPlain { append(Ascii.quote) }
    for byte in shown {
      if byte == Ascii.quote || byte == Ascii.backslash {
        append(Ascii.backslash)
        append(byte)
      } else if Ascii.isPrintable(byte) {
        append(byte)
      } else {
        self += "\\x"
        append(hexadecimal: UInt64(byte), width: 2)
      }
    }
    if bytes.count > limit { self += "..." }
    if !isPlain { append(Ascii.quote) }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case Ascii.quote, Ascii.backslash, Ascii.equals: false
    case 0x21...0x7e: true
    default: false
    }
  }

  /// The text with `?` for each byte that is no printable ASCII.
  package var printable: [UInt8] { map { Ascii.isPrintable($0) ? $0 : UInt8(ascii: "?") } }
}
