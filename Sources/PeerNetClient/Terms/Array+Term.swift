import ETF

/// An array is a list, but bytes are a binary.
extension Array: TermConvertible where Element: TermConvertible {
  /// From a proper list; bytes also from a binary.
  public init(term: Term) throws(TermConversionError) {
    if Element.self == UInt8.self, let bytes = term.binaryBytes as? [Element] {
      self = bytes
      return
    }
    guard let elements = term.listElements else {
      throw TermConversionError(expected: Element.self == UInt8.self ? "a binary" : "a list", found: term)
    }
    self = []
    reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      do { append(try Element(term: element)) } catch { throw error.inside(.index(index)) }
    }
  }

  /// A list; of bytes, a binary.
  public var term: Term {
    get throws(TermConversionError) {
      // Not a cast alone: an empty array of anything passes for one of bytes.
      if Element.self == UInt8.self, let bytes = self as? [UInt8] { return .binary(bytes) }
      var elements: [Term] = []
      elements.reserveCapacity(count)
      for (index, element) in enumerated() {
        do { elements.append(try element.term) } catch { throw error.inside(.index(index)) }
      }
      return .list(elements, tail: nil)
    }
  }
}
