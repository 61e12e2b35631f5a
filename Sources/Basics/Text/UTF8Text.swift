/// UTF-8 by hand: the standard library's `String` would bring Unicode tables onto the board.
package enum UTF8Text {
  /// The number of code points, or nil when `text` is not UTF-8 (over-long forms, surrogates, beyond U+10FFFF).
  package static func characterCount(_ text: Span<UInt8>) -> Int? {
    var count = 0
    var index = 0
    while index < text.count {
      guard let (_, length) = character(text, at: index) else { return nil }
      index += length
      count += 1
    }
    return count
  }

  /// The index of the first byte that is wrong; nil when there is none.
  package static func firstFault(in text: ArraySlice<UInt8>) -> Int? {
    let span = text.span
    var index = 0
    while index < span.count {
      guard let (_, length) = character(span, at: index) else { return text.startIndex + index }
      index += length
    }
    return nil
  }

  /// The code point at `index`, which must lie inside `text`, and its length in bytes; nil when it is malformed.
  package static func character(_ text: Span<UInt8>, at index: Int) -> (UInt32, length: Int)? {
    let first = text[index]
    if first < 0x80 { return (UInt32(first), 1) }
    let length: Int
    let smallest: UInt32
    var value: UInt32
    switch first {
    case 0xC2...0xDF: (length, smallest, value) = (2, 0x80, UInt32(first & 0x1F))
    case 0xE0...0xEF: (length, smallest, value) = (3, 0x800, UInt32(first & 0x0F))
    case 0xF0...0xF4: (length, smallest, value) = (4, 0x10000, UInt32(first & 0x07))
    default: return nil
    }
    guard length <= text.count - index else { return nil }
    for next in index + 1..<index + length {
      guard text[next] & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(text[next] & 0x3F)
    }
    guard value >= smallest, value <= 0x10FFFF, !(0xD800...0xDFFF ~= value) else { return nil }
    return (value, length)
  }

  /// Appends a code point up to U+10FFFF.
  package static func append(_ character: UInt32, to output: inout [UInt8]) {
    func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | (character >> shift & 0x3F)) }
    switch character {
    case 0..<0x80:
      output.append(UInt8(character))
    case 0x80..<0x800:
      output.append(UInt8(0xC0 | character >> 6))
      output.append(tail(0))
    case 0x800..<0x10000:
      output.append(UInt8(0xE0 | character >> 12))
      output.append(tail(6))
      output.append(tail(0))
    default:
      output.append(UInt8(0xF0 | (character >> 18 & 0x07)))
      output.append(tail(12))
      output.append(tail(6))
      output.append(tail(0))
    }
  }
}
