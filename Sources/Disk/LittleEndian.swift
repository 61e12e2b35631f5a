extension [UInt8] {
  /// The number whose bytes stand at `index`; the caller knows that they are there.
  func littleEndian<Number: FixedWidthInteger & UnsignedInteger>(at index: Int, as _: Number.Type) -> Number {
    var number: Number = 0
    for offset in (0..<MemoryLayout<Number>.size).reversed() { number = number << 8 | Number(self[index + offset]) }
    return number
  }

  mutating func append<Number: FixedWidthInteger & UnsignedInteger>(littleEndian number: Number) {
    for shift in stride(from: 0, to: Number.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: number >> shift)) }
  }

  /// Fills up with zeros.
  mutating func pad(to count: Int) {
    if self.count < count { append(contentsOf: repeatElement(0, count: count - self.count)) }
  }

  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { append(contentsOf: $0) }
  }
}

extension StaticString {
  /// Whether the bytes are exactly this text.
  func equals(_ bytes: some Sequence<UInt8>) -> Bool {
    withUTF8Buffer { $0.elementsEqual(bytes) }
  }

  /// Whether the bytes begin with this text.
  func begins(_ bytes: [UInt8]) -> Bool {
    withUTF8Buffer { bytes.starts(with: $0) }
  }
}
