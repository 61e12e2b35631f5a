import Basics

/// An order over terms, only for finding a key that stands twice: hashing could be steered into collisions by a peer,
/// sorting cannot. It is not Erlang's order; maps inside keys compare pair by pair as they stand.
enum TermOrder {
  static func hasDuplicateKey(_ pairs: [MapPair]) -> Bool {
    if pairs.count <= 8 {
      for later in pairs.indices {
        for earlier in 0..<later where compare(pairs[earlier].key, pairs[later].key) == 0 { return true }
      }
      return false
    }
    let sorted = pairs.indices.sorted { compare(pairs[$0].key, pairs[$1].key) < 0 }
    for index in 1..<sorted.count where compare(pairs[sorted[index - 1]].key, pairs[sorted[index]].key) == 0 {
      return true
    }
    return false
  }

  /// Below zero, zero or above it, as `left` comes before, equals or comes after `right`.
  static func compare(_ left: Term, _ right: Term) -> Int {
    switch (left, right) {
    case (.atom(let a), .atom(let b)): bytes(a.bytes, b.bytes)
    case (.integer(let a), .integer(let b)): a < b ? -1 : a > b ? 1 : 0
    case (.bigInteger(let a), .bigInteger(let b)):
      a.isNegative == b.isNegative ? bytes(a.magnitude, b.magnitude) : a.isNegative ? -1 : 1
    case (.float(let a), .float(let b)): a < b ? -1 : a > b ? 1 : 0
    case (.binary(let a), .binary(let b)): bytes(a, b)
    case (.bitstring(let a), .bitstring(let b)):
      a.bitsInLastByte == b.bitsInLastByte
        ? bytes(a.bytes, b.bytes) : Int(a.bitsInLastByte) - Int(b.bitsInLastByte)
    case (.string(let a), .string(let b)): bytes(a, b)
    case (.list(let a), .list(let b)): terms(a, b)
    case (.improperList(let a, let aTail), .improperList(let b, let bTail)): improper(a, aTail, b, bTail)
    case (.tuple(let a), .tuple(let b)): terms(a, b)
    case (.map(let a), .map(let b)): pairs(a, b)
    case (.atom, _), (.integer, _), (.bigInteger, _), (.float, _), (.binary, _), (.bitstring, _), (.string, _),
      (.list, _), (.improperList, _), (.tuple, _), (.map, _):
      kind(left) - kind(right)
    }
  }

  private static func kind(_ term: Term) -> Int {
    switch term {
    case .atom: 0
    case .integer: 1
    case .bigInteger: 2
    case .float: 3
    case .binary: 4
    case .bitstring: 5
    case .string: 6
    case .list: 7
    case .improperList: 8
    case .tuple: 9
    case .map: 10
    }
  }

  /// Shorter first, then byte by byte.
  private static func bytes(_ left: [UInt8], _ right: [UInt8]) -> Int {
    if left.count != right.count { return left.count - right.count }
    for index in left.indices where left[index] != right[index] { return Int(left[index]) - Int(right[index]) }
    return 0
  }

  private static func terms(_ left: [Term], _ right: [Term]) -> Int {
    if left.count != right.count { return left.count - right.count }
    for index in left.indices {
      let order = compare(left[index], right[index])
      if order != 0 { return order }
    }
    return 0
  }

  private static func improper(_ left: [Term], _ leftTail: Term, _ right: [Term], _ rightTail: Term) -> Int {
    let order = terms(left, right)
    return order != 0 ? order : compare(leftTail, rightTail)
  }

  /// Positions instead of copies: with copies, comparing two large maps would cost more than their size.
  private static func pairs(_ left: [MapPair], _ right: [MapPair]) -> Int {
    if left.count != right.count { return left.count - right.count }
    for index in left.indices {
      var order = compare(left[index].key, right[index].key)
      if order == 0 { order = compare(left[index].value, right[index].value) }
      if order != 0 { return order }
    }
    return 0
  }
}
