/// An Erlang term: data only; funs, pids, ports and references do not exist here.
///
/// What `decode` returns is canonical, so that equal Erlang values are equal terms: a non-empty list of bytes is a
/// `string`, an integer within `Int64` an `integer`, bits in whole bytes a `binary`. Two exceptions: maps keep the order
/// of their pairs and compare with it, and 0.0 equals -0.0.
public enum Term: Hashable, Sendable {
  /// A name. Only those that the peer knows may be sent to a BEAM peer (Protocol, Terms).
  case atom(Atom)
  /// An integer within `Int64`.
  case integer(Int64)
  /// Only what `Int64` cannot hold.
  case bigInteger(BigInteger)
  /// Finite; Erlang has no other floats, and the encoder traps on them.
  case float(Double)
  /// Whole bytes: what Elixir calls a string, too.
  case binary([UInt8])
  /// Bits that do not fill their last byte.
  case bitstring(Bitstring)
  /// A non-empty list whose elements are all integers from 0 to 255.
  case string([UInt8])
  /// Any other proper list.
  case list([Term])
  /// At least one element, and a tail that is no list.
  indirect case improperList([Term], tail: Term)
  /// Any number of elements, none included.
  case tuple([Term])
  /// Pairs in the order in which they were read or built, no key twice.
  case map([MapPair])
}

/// A key of a map and what stands under it.
public struct MapPair: Hashable, Sendable {
  /// Any term; compared as a whole.
  public let key: Term
  /// What the key stands for.
  public let value: Term

  /// Stands in ``Term/map(_:)``, where no key may occur twice.
  public init(_ key: Term, _ value: Term) {
    self.key = key
    self.value = value
  }
}

extension Term: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(arrayLiteral elements: Term...) { self = .list(elements, tail: nil) }

  /// The canonical term for an unsigned number.
  public static func unsigned(_ value: UInt64) -> Term {
    if let small = Int64(exactly: value) { .integer(small) } else { .bigInteger(BigInteger(value)) }
  }

  /// The canonical term for an integer.
  public static func integer(_ value: BigInteger) -> Term {
    if let small = value.int64 { .integer(small) } else { .bigInteger(value) }
  }

  /// A binary of the text's UTF-8 bytes: how BEAM languages send text.
  public static func binary(utf8 text: String) -> Term { .binary(Array(text.utf8)) }

  /// The canonical term for a list that ends in `tail`, or in [] when that is nil.
  public static func list(_ elements: [Term], tail: Term?) -> Term {
    var elements = elements
    var tail = tail
    while let last = tail {
      switch last {
      case .list(let rest):
        elements += rest
        tail = nil
      case .string(let rest):
        for byte in rest { elements.append(.integer(Int64(byte))) }
        tail = nil
      case .improperList(let rest, let end):
        elements += rest
        tail = end
      case .atom, .integer, .bigInteger, .float, .binary, .bitstring, .tuple, .map:
        return elements.isEmpty ? last : .improperList(elements, tail: last)
      }
    }
    if let bytes = byteList(elements) { return .string(bytes) }
    return .list(elements)
  }

  /// The bytes, when `elements` are some and all of them bytes.
  static func byteList(_ elements: [Term]) -> [UInt8]? {
    guard case .integer(0...255)? = elements.first else { return nil }
    var bytes: [UInt8] = []
    for element in elements {
      guard case .integer(let value) = element, let byte = UInt8(exactly: value) else { return nil }
      if bytes.isEmpty { bytes.reserveCapacity(elements.count) }
      bytes.append(byte)
    }
    return bytes
  }
}
