import Basics
import ETF

/// A map with binary keys, pair by pair. What is not known has no pair.
public struct Answer: Equatable, Sendable {
  private var pairs: [MapPair] = []

  /// An answer without pairs, the empty map.
  public init() {}

  /// A map whose keys are binaries, in the order in which they were put.
  public var term: Term { .map(pairs) }

  /// Puts a term under the key, which nobody may have put yet.
  public mutating func put(_ key: StaticString, _ value: Term) {
    pairs.append(MapPair(.binary([UInt8](key)), value))
  }

  /// Puts a number, or nothing for nil.
  public mutating func put(_ key: StaticString, _ number: Int64?) {
    if let number { put(key, .integer(number)) }
  }

  /// Puts a binary, or nothing for nil.
  public mutating func put(_ key: StaticString, _ text: [UInt8]?) {
    if let text { put(key, .binary(text)) }
  }

  /// Puts a constant as a binary.
  public mutating func put(_ key: StaticString, text: StaticString) {
    put(key, .binary([UInt8](text)))
  }

  /// Puts the atom `true` or `false`.
  public mutating func put(_ key: StaticString, flag: Bool) {
    put(key, .atom(flag ? "true" : "false"))
  }
}
