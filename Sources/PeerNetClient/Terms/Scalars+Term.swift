import ETF

extension Bool: TermConvertible {
  /// From the atom `true` or `false`.
  public init(term: Term) throws(TermConversionError) {
    switch term {
    case .atom("true"): self = true
    case .atom("false"): self = false
    default: throw TermConversionError(expected: "true or false", found: term)
    }
  }

  /// The atom `true` or `false`.
  public var term: Term { .atom(self ? "true" : "false") }
}

extension TermConvertible where Self: FixedWidthInteger & Codable {
  /// From an integer of any size that lies within the type's range.
  public init(term: Term) throws(TermConversionError) {
    let value: Self?
    switch term {
    case .integer(let integer): value = Self(exactly: integer)
    case .bigInteger(let integer): value = Self(exactly: integer)
    case .atom, .float, .binary, .bitstring, .string, .list, .improperList, .tuple, .map:
      throw TermConversionError(expected: "an integer", found: term)
    }
    guard let value else {
      throw TermConversionError(expected: "an integer from \(Self.min) to \(Self.max)", found: "one out of range")
    }
    self = value
  }

  /// An integer.
  public var term: Term {
    if let small = Int64(exactly: self) { return .integer(small) }
    let bytes = withUnsafeBytes(of: magnitude.littleEndian) { Array($0) }
    return .bigInteger(BigInteger(isNegative: self < 0, magnitude: bytes))
  }
}

extension FixedWidthInteger {
  fileprivate init?(exactly integer: BigInteger) {
    guard integer.magnitude.count <= Self.bitWidth / 8 else { return nil }
    var magnitude: Magnitude = 0
    for byte in integer.magnitude.reversed() { magnitude = magnitude << 8 | Magnitude(byte) }
    guard integer.isNegative else {
      self.init(exactly: magnitude)
      return
    }
    guard Self.isSigned, magnitude <= Self.min.magnitude else { return nil }
    self.init(truncatingIfNeeded: 0 &- magnitude)
  }
}

extension Int: TermConvertible {}
extension Int8: TermConvertible {}
extension Int16: TermConvertible {}
extension Int32: TermConvertible {}
extension Int64: TermConvertible {}
extension UInt: TermConvertible {}
extension UInt8: TermConvertible {}
extension UInt16: TermConvertible {}
extension UInt32: TermConvertible {}
extension UInt64: TermConvertible {}
@available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
extension Int128: TermConvertible {}
@available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
extension UInt128: TermConvertible {}

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

extension String: TermConvertible {
  /// From the forms in which BEAM languages write text: a binary in UTF-8, a list of characters, or an atom that does
  /// not stand for no value or a truth value.
  public init(term: Term) throws(TermConversionError) {
    switch term {
    case .binary(let bytes):
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw TermConversionError(expected: "a text", found: "a binary that is not UTF-8")
      }
      self = text
    case .atom(let atom):
      guard !term.isNil, (try? Bool(term: term)) == nil, let text = String(validating: atom.bytes, as: UTF8.self)
      else { throw TermConversionError(expected: "a text", found: term) }
      self = text
    // A list of bytes is one of the characters up to U+00FF.
    case .string(let bytes): self.init(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    case .list(let elements):
      var scalars = String.UnicodeScalarView()
      for element in elements {
        guard let value = element.int64.flatMap({ UInt32(exactly: $0) }), let scalar = Unicode.Scalar(value) else {
          throw TermConversionError(expected: "a text", found: term)
        }
        scalars.append(scalar)
      }
      self.init(scalars)
    case .integer, .bigInteger, .float, .bitstring, .improperList, .tuple, .map:
      throw TermConversionError(expected: "a text", found: term)
    }
  }

  /// A binary in UTF-8; text is never sent as an atom.
  public var term: Term { .binary(utf8: self) }
}
