import Basics

/// Chance from a seed (SplitMix64): quick, the same on every machine and in every run. Nothing here is a secret.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A seed gives one sequence.
  public init(seed: UInt64) { state = seed }

  /// A generator of its own for one part of a run: what that part draws changes nothing for the others.
  public init(seed: UInt64, part: UInt64) {
    var parent = SeededGenerator(seed: seed)
    state = parent.next() ^ (part &* 0xd6e8_feb8_6659_fd93)
  }

  /// A generator of its own for what is begun now.
  public mutating func child() -> SeededGenerator { SeededGenerator(seed: next()) }

  /// 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  // MARK: Numbers and times

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
  private static func logarithm(_ value: Double) -> Double {
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

  // MARK: Bytes

  /// So many bytes, each drawn for itself.
  public mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }

  /// The 32 bytes that a stream of random bytes is expanded from.
  public mutating func streamSeed() -> [UInt8] {
    (0..<4).flatMap { _ in
      let word = next()
      return (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
    }
  }

  /// One to four edits: a byte changed, taken out, put in or doubled, a piece cut off or copied elsewhere.
  public mutating func mutate(_ original: [UInt8], favouring alphabet: [UInt8] = []) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...4, using: &self) {
      let place = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &self)
      let value =
        !alphabet.isEmpty && Bool.random(using: &self)
        ? alphabet.randomElement(using: &self)! : UInt8.random(in: 0...255, using: &self)
      switch Int.random(in: 0..<6, using: &self) {
      case 0 where !bytes.isEmpty: bytes[place] = value
      case 1 where !bytes.isEmpty: bytes.remove(at: place)
      case 2: bytes.insert(value, at: place)
      case 3 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 4: bytes.removeSubrange(place...)
      case 5 where !bytes.isEmpty:
        let end = Int.random(in: place...min(place + 64, bytes.count), using: &self)
        bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &self))
      default: bytes.append(value)
      }
    }
    return bytes
  }
}
