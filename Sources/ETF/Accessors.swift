import Basics

// What a term holds, or nil when it is of another shape.
extension Term {
  /// An atom's name in UTF-8.
  public var atomBytes: [UInt8]? {
    if case .atom(let atom) = self { atom.bytes } else { nil }
  }

  /// An integer within `Int64`.
  public var int64: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// An integer from 0 to 2^64 - 1, whether it is small or big.
  public var uint64: UInt64? {
    switch self {
    case .integer(let value): UInt64(exactly: value)
    case .bigInteger(let value): value.uint64
    case .atom, .float, .binary, .bitstring, .string, .list, .improperList, .tuple, .map: nil
    }
  }

  /// A float; an integer is none.
  public var double: Double? {
    if case .float(let value) = self { value } else { nil }
  }

  /// A binary's bytes. A bit string is none, nor is a list of small integers.
  public var binaryBytes: [UInt8]? {
    if case .binary(let bytes) = self { bytes } else { nil }
  }

  /// A tuple's elements.
  public var elements: [Term]? {
    if case .tuple(let elements) = self { elements } else { nil }
  }

  /// A proper list's elements, those of a string included.
  public var listElements: [Term]? {
    switch self {
    case .list(let elements): elements
    case .string(let bytes): bytes.map { .integer(Int64($0)) }
    case .atom, .integer, .bigInteger, .float, .binary, .bitstring, .improperList, .tuple, .map: nil
    }
  }

  /// A map's pairs, in its order.
  public var pairs: [MapPair]? {
    if case .map(let pairs) = self { pairs } else { nil }
  }

  /// The value under a binary key of a map.
  public subscript(binaryKey key: String) -> Term? {
    guard case .map(let pairs) = self else { return nil }
    for pair in pairs {
      if case .binary(let bytes) = pair.key, bytes.elementsEqual(key.utf8) { return pair.value }
    }
    return nil
  }
}
