extension [UInt8] {
  /// Appends the number in decimal, with a minus when it is negative and with zeros before it up to `width` digits.
  @inline(__always)
  package mutating func append(decimal number: some FixedWidthInteger, width: Int = 1) {
    if number < 0 { append(Ascii.minus) }
    append(digits: UInt64(number.magnitude), width: width)
  }

  @inline(never)
  package mutating func append(digits number: UInt64, width: Int) {
    let start = count
    var rest = number
    while rest > 0 || count - start < width {
      append(Ascii.zero + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    }
    self[start...].reverse()
  }
}

extension Collection where Element == UInt8 {
  /// The whole text as a decimal number: digits only, nil for anything else and beyond `maximum`.
  package func decimal(upTo maximum: UInt64 = .max) -> UInt64? {
    guard !isEmpty else { return nil }
    var value: UInt64 = 0
    for digit in self {
      guard digit >= Ascii.zero, digit <= Ascii.zero + 9 else { return nil }
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = tens.addingReportingOverflow(UInt64(digit - Ascii.zero))
      guard !overflow, !carried else { return nil }
      value = sum
    }
    return value <= maximum ? value : nil
  }

  /// Like `decimal(upTo:)`, for texts that have one spelling only: a leading zero is refused as well.
  package func canonicalDecimal(upTo maximum: UInt64) -> UInt64? {
    first == Ascii.zero && count > 1 ? nil : decimal(upTo: maximum)
  }

  /// The whole text as a decimal number with a minus if there is one; nil for anything else and beyond `Int64`.
  package var signedDecimal: Int64? {
    guard first == Ascii.minus else { return decimal(upTo: UInt64(Int64.max)).map { Int64($0) } }
    guard let magnitude = dropFirst().decimal(upTo: Int64.min.magnitude) else { return nil }
    return Int64(truncatingIfNeeded: 0 &- magnitude)
  }
}
