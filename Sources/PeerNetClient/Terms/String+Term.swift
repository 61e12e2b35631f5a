import ETF

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
