import ETF

extension Optional: TermConvertible where Wrapped: TermConvertible {
  /// Nil from the atoms `nil` and `undefined`, which are Elixir's and Erlang's words for no value.
  public init(term: Term) throws(TermConversionError) { self = term.isNil ? nil : try Wrapped(term: term) }

  /// The value's term, or the atom `nil`.
  public var term: Term {
    get throws(TermConversionError) {
      switch self {
      case .some(let value): try value.term
      case .none: .atom("nil")
      }
    }
  }
}

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

extension Dictionary: TermConvertible where Key: TermConvertible, Value: TermConvertible {
  /// From a map. Two keys that come to the same, such as the atom `a` and the binary `a` for a `String`, are refused.
  public init(term: Term) throws(TermConversionError) {
    guard let pairs = term.pairs else { throw TermConversionError(expected: "a map", found: term) }
    self.init(minimumCapacity: pairs.count)
    for pair in pairs {
      let key: Key
      do { key = try Key(term: pair.key) } catch {
        throw TermConversionError(expected: "\(error.expected) for a key", found: error.found, path: error.path)
      }
      do throws(TermConversionError) {
        guard updateValue(try Value(term: pair.value), forKey: key) == nil else {
          throw TermConversionError(expected: "a key once", found: "it twice")
        }
      } catch { throw error.inside(.key("\(key)")) }
    }
  }

  /// A map, sorted by key: integers by value, texts by their bytes.
  public var term: Term {
    get throws(TermConversionError) {
      var pairs: [MapPair] = []
      pairs.reserveCapacity(count)
      for (key, value) in self {
        let keyTerm = try key.term
        do { pairs.append(MapPair(keyTerm, try value.term)) } catch { throw error.inside(.key("\(key)")) }
      }
      return try Term.sortedMap(pairs)
    }
  }
}

extension Term {
  /// A map in an order that depends on nothing but its keys.
  static func sortedMap(_ pairs: [MapPair]) throws(TermConversionError) -> Term {
    let sorted = pairs.sorted { KeyOrder(key: $0.key) < KeyOrder(key: $1.key) }
    for index in sorted.indices.dropFirst() where sorted[index - 1].key == sorted[index].key {
      throw TermConversionError(expected: "keys that are distinct as terms", found: "two that are not")
    }
    return .map(sorted)
  }
}

private struct KeyOrder: Comparable {
  let key: Term

  static func < (left: KeyOrder, right: KeyOrder) -> Bool {
    switch (left.key, right.key) {
    case (.integer(let left), .integer(let right)): left < right
    case (.binary(let left), .binary(let right)): left.lexicographicallyPrecedes(right)
    default: left.key.encoded().lexicographicallyPrecedes(right.key.encoded())
    }
  }
}
