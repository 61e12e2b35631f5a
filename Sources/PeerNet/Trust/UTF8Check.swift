/// Well-formed UTF-8 (Unicode 3.9, table 3-7), without the Unicode tables that `String` would link in.
enum UTF8Check {
  /// The offset of the first byte that is wrong, or nil.
  static func firstFault(in bytes: ArraySlice<UInt8>) -> Int? {
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let lead = bytes[index]
      let tail: Int
      var second: ClosedRange<UInt8> = 0x80...0xbf
      switch lead {
      case 0..<0x80: tail = 0
      case 0xc2...0xdf: tail = 1
      case 0xe0: (tail, second) = (2, 0xa0...0xbf)
      case 0xed: (tail, second) = (2, 0x80...0x9f)
      case 0xe1...0xef: tail = 2
      case 0xf0: (tail, second) = (3, 0x90...0xbf)
      case 0xf4: (tail, second) = (3, 0x80...0x8f)
      case 0xf1...0xf3: tail = 3
      default: return index
      }
      guard bytes.endIndex - index > tail else { return index }
      for offset in 0..<tail {
        let range = offset == 0 ? second : 0x80...0xbf
        guard range.contains(bytes[index + 1 + offset]) else { return index }
      }
      index += tail + 1
    }
    return nil
  }
}
