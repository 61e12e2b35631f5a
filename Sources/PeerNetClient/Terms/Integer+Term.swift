import ETF

extension TermConvertible where Self: FixedWidthInteger & Codable {
  /// From an integer of any size that lies within the type's range.
  public init(term: Term) throws(TermConversionError) {
    let value: Self?
    switch term {
    case .integer(let integer): value = Self(exactly: integer)
    case .bigInteger(let integer): value = Self(exactly: integer)
    case .atom, .float, .binary, .bitstring, .string, .list, .improperList, .tuple, .map:
      throw TermConversionError(expected: "an integer", found: term)
    }
    guard let value else {
      throw TermConversionError(expected: "an integer from \(Self.min) to \(Self.max)", found: "one out of range")
    }
    self = value
  }

  /// An integer.
  public var term: Term {
    if let small = Int64(exactly: self) { return .integer(small) }
    let bytes = withUnsafeBytes(of: magnitude.littleEndian) { Array($0) }
    return .bigInteger(BigInteger(isNegative: self < 0, magnitude: bytes))
  }
}

extension FixedWidthInteger {
  fileprivate init?(exactly integer: BigInteger) {
    guard integer.magnitude.count <= Self.bitWidth / 8 else { return nil }
    var magnitude: Magnitude = 0
    for byte in integer.magnitude.reversed() { magnitude = magnitude << 8 | Magnitude(byte) }
    guard integer.isNegative else {
      self.init(exactly: magnitude)
      return
    }
    guard Self.isSigned, magnitude <= Self.min.magnitude else { return nil }
    self.init(truncatingIfNeeded: 0 &- magnitude)
  }
}

extension Int: TermConvertible {}
extension Int8: TermConvertible {}
extension Int16: TermConvertible {}
extension Int32: TermConvertible {}
extension Int64: TermConvertible {}
extension UInt: TermConvertible {}
extension UInt8: TermConvertible {}
extension UInt16: TermConvertible {}
extension UInt32: TermConvertible {}
extension UInt64: TermConvertible {}
@available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
extension Int128: TermConvertible {}
@available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
extension UInt128: TermConvertible {}
