import ETF

/// A map with binary keys, pair by pair. What is not known has no pair.
public struct Answer {
  private var pairs: [MapPair] = []

  public init() {}

  public var term: Term { .map(pairs) }

  public mutating func put(_ key: StaticString, _ value: Term) {
    pairs.append(MapPair(.binary([UInt8](key)), value))
  }

  public mutating func put(_ key: StaticString, _ number: Int64?) {
    if let number { put(key, .integer(number)) }
  }

  public mutating func put(_ key: StaticString, _ text: [UInt8]?) {
    if let text { put(key, .binary(text)) }
  }

  public mutating func put(_ key: StaticString, text: StaticString) {
    put(key, .binary([UInt8](text)))
  }

  public mutating func put(_ key: StaticString, flag: Bool) {
    put(key, .atom(flag ? "true" : "false"))
  }
}
