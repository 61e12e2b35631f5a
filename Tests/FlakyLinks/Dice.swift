import PeerNet

/// Chance from a seed (SplitMix64): quick, and the same on every machine. Nothing here is a secret.
public struct Dice: Sendable {
  private var state: UInt64

  /// The same seed gives the same throws.
  public init(seed: UInt64) { state = seed }

  /// Dice of its own for one part of a run: what that part throws changes nothing for the others.
  public init(seed: UInt64, part: UInt64) {
    var parent = Dice(seed: seed)
    state = parent.next() ^ (part &* 0xd6e8_feb8_6659_fd93)
  }

  /// 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// At least 0, less than 1.
  public mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Whether something of this probability happens.
  public mutating func chance(_ probability: Double) -> Bool { probability > 0 && fraction() < probability }

  /// At least zero, less than `bound`, all alike.
  public mutating func duration(below bound: TimeSpan) -> TimeSpan {
    .nanoseconds(Int64(fraction() * Double(bound.nanoseconds)))
  }

  /// Exponentially distributed: what waits without memory.
  public mutating func exponential(mean: TimeSpan) -> TimeSpan {
    mean <= .zero ? .zero : .nanoseconds(Int64(-Self.logarithm(1 - fraction()) * Double(mean.nanoseconds)))
  }

  /// The natural logarithm of a number above 0 and up to 1, without a C library whose last bit differs elsewhere.
  static func logarithm(_ value: Double) -> Double {
    // value = significand × 2^exponent, and ln(s) = 2 artanh((s-1)/(s+1)).
    let ratio = (value.significand - 1) / (value.significand + 1)
    let square = ratio * ratio
    var term = ratio
    var sum = 0.0
    for index in 0..<16 {
      sum += term / Double(2 * index + 1)
      term *= square
    }
    return 2 * sum + Double(value.exponent) * 0.693_147_180_559_945_3
  }
}
