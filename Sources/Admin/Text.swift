// Texts are bytes on the board (the Embedded build carries no Unicode tables). These are the few forms we need.

extension [UInt8] {
  /// A literal's bytes.
  public init(_ text: StaticString) {
    self = text.withUTF8Buffer { [UInt8]($0) }
  }

  /// Appends the constant's UTF-8.
  public mutating func append(text: StaticString) {
    text.withUTF8Buffer { append(contentsOf: $0) }
  }

  /// Appends the number in decimal, with a minus when it is negative.
  public mutating func append(decimal value: Int64) {
    if value < 0 { append(0x2d) }
    var digits: [UInt8] = []
    var rest = value.magnitude
    repeat {
      digits.append(0x30 + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    append(contentsOf: digits.reversed())
  }
}

extension Collection where Element == UInt8 {
  /// Whether the bytes are exactly this text.
  public func equals(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { $0.count == count && $0.elementsEqual(self) }
  }

  /// Whether the bytes begin with this text.
  public func hasPrefix(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { $0.count <= count && $0.elementsEqual(prefix($0.count)) }
  }

  /// The whole of it as a decimal number, with a sign if there is one; nil for anything else or what Int64 cannot hold.
  public var decimal: Int64? {
    let negative = first == 0x2d
    let digits = negative ? dropFirst() : self[...]
    guard !digits.isEmpty else { return nil }
    var value: Int64 = 0
    for digit in digits {
      guard digit >= 0x30, digit <= 0x39 else { return nil }
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = tens.subtractingReportingOverflow(Int64(digit - 0x30))
      guard !overflow, !carried else { return nil }
      value = sum
    }
    if negative { return value }
    return value == .min ? nil : -value
  }
}
