extension [UInt8] {
  /// The number whose bytes stand at `index`; the caller knows that they are there.
  package func littleEndian<Number: FixedWidthInteger & UnsignedInteger>(at index: Int, as _: Number.Type) -> Number {
    var number: Number = 0
    for offset in (0..<MemoryLayout<Number>.size).reversed() { number = number << 8 | Number(self[index + offset]) }
    return number
  }

  package mutating func append<Number: FixedWidthInteger & UnsignedInteger>(littleEndian number: Number) {
    for shift in stride(from: 0, to: Number.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: number >> shift)) }
  }

  /// Fills up with zeros.
  package mutating func pad(to count: Int) {
    if self.count < count { append(contentsOf: repeatElement(0, count: count - self.count)) }
  }
}
