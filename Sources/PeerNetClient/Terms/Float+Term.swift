import ETF

extension TermConvertible where Self: BinaryFloatingPoint & Codable {
  /// From a float or an integer, rounded to the nearest value of the type.
  public init(term: Term) throws(TermConversionError) {
    let value: Self
    switch term {
    case .float(let number): value = Self(number)
    case .integer(let integer): value = Self(integer)
    case .bigInteger(let integer): value = Self(rounding: integer)
    case .atom, .binary, .bitstring, .string, .list, .improperList, .tuple, .map:
      throw TermConversionError(expected: "a number", found: term)
    }
    guard value.isFinite else {
      throw TermConversionError(
        expected: "a number up to \(Self.greatestFiniteMagnitude)", found: "one out of range")
    }
    self = value
  }

  /// A float; Erlang has none that is not finite.
  public var term: Term {
    get throws(TermConversionError) {
      guard isFinite else {
        throw TermConversionError(expected: "a finite number", found: isNaN ? "one that is none" : "an infinite one")
      }
      return .float(Double(self))
    }
  }
}

extension BinaryFloatingPoint {
  /// Infinite when it is too large. Of a number beyond 64 bits the low bits do not count, but for whether it is a tie.
  fileprivate init(rounding integer: BigInteger) {
    let top = integer.magnitude.suffix(8)
    var word: UInt64 = 0
    for byte in top.reversed() { word = word << 8 | UInt64(byte) }
    let dropped = integer.magnitude.dropLast(top.count)
    if dropped.contains(where: { $0 != 0 }) { word |= 1 }
    // Beyond any exponent; the count itself could be as large as an envelope.
    let scale =
      dropped.count > 4_096 ? Self.infinity : Self(sign: .plus, exponent: .init(8 * dropped.count), significand: 1)
    let value = word == 0 ? 0 : Self(word) * scale
    self = integer.isNegative ? -value : value
  }
}

extension Double: TermConvertible {}
extension Float: TermConvertible {}
