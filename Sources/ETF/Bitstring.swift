import Basics

/// A string of bits whose length is no multiple of eight; one that is, is a binary.
public struct Bitstring: Hashable, Sendable {
  /// Never empty. The last byte holds its bits at the high end; the bits below them are zero.
  public let bytes: [UInt8]
  /// How many bits of the last byte count: 1 to 7.
  public let bitsInLastByte: Int8

  /// Clears the bits below those that count. Nil when there is no last byte or it does not hold 1 to 7 bits.
  public init?(bytes: [UInt8], bitsInLastByte: Int) {
    guard let last = bytes.last, 1...7 ~= bitsInLastByte else { return nil }
    var bytes = bytes
    bytes[bytes.count - 1] = last & ~(0xFF >> UInt8(bitsInLastByte))
    self.bytes = bytes
    self.bitsInLastByte = Int8(bitsInLastByte)
  }

  /// All bits, those of the last byte included; never a multiple of 8.
  public var bitCount: Int { 8 * (bytes.count - 1) + Int(bitsInLastByte) }
}
