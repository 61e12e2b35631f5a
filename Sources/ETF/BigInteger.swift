/// An integer as sign and magnitude, of any size. In a `Term` it stands only for what `Int64` cannot hold.
public struct BigInteger: Hashable, Sendable {
  /// False for zero.
  public let isNegative: Bool
  /// Little-endian, without zeros at the high end; empty is zero.
  public let magnitude: [UInt8]

  /// Takes any little-endian magnitude and drops its high zeros; there is one zero, and it is not negative.
  public init(isNegative: Bool, magnitude: [UInt8]) {
    var magnitude = magnitude
    while magnitude.last == 0 { magnitude.removeLast() }
    self.isNegative = isNegative && !magnitude.isEmpty
    self.magnitude = magnitude
  }

  /// From a number that is not negative.
  public init(_ value: UInt64) {
    self.init(isNegative: false, magnitude: (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) })
  }

  /// The value, when it lies within `Int64`.
  public var int64: Int64? {
    guard let word else { return nil }
    if !isNegative { return Int64(exactly: word) }
    return word <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- word) : nil
  }

  /// The value, when it lies within `UInt64`.
  public var uint64: UInt64? { isNegative ? nil : word }

  /// The magnitude, when it fits one word.
  private var word: UInt64? {
    guard magnitude.count <= 8 else { return nil }
    var word: UInt64 = 0
    for byte in magnitude.reversed() { word = word << 8 | UInt64(byte) }
    return word
  }
}
