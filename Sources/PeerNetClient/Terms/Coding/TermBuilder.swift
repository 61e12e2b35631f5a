import ETF

/// A place in a term that is being written, which a value may fill as one term, a list or a map.
final class TermBuilder: Encoder {
  private enum Content {
    case nothing
    case term(Term)
    case list([TermBuilder])
    case map([String: TermBuilder])
    /// Two of these were asked for.
    case contradiction
  }

  let codingPath: [any CodingKey]
  private var content = Content.nothing

  init(codingPath: [any CodingKey]) { self.codingPath = codingPath }

  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    switch content {
    case .nothing: content = .map([:])
    case .map: break
    case .term, .list, .contradiction: content = .contradiction
    }
    return KeyedEncodingContainer(MapBuilder<Key>(builder: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    switch content {
    case .nothing: content = .list([])
    case .list: break
    case .term, .map, .contradiction: content = .contradiction
    }
    return ListBuilder(builder: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  /// The place under a key; what was there is forgotten.
  func place(under key: any CodingKey) -> TermBuilder {
    let place = TermBuilder(codingPath: codingPath + [key])
    guard case .map(var places) = content else { return place }
    content = .nothing
    places[key.stringValue] = place
    content = .map(places)
    return place
  }

  /// The place behind the last element.
  func nextPlace() -> TermBuilder {
    let place = TermBuilder(codingPath: codingPath + [ListIndex(count)])
    guard case .list(var places) = content else { return place }
    content = .nothing
    places.append(place)
    content = .list(places)
    return place
  }

  /// Elements so far.
  var count: Int { if case .list(let places) = content { places.count } else { 0 } }

  func put(_ value: some Encodable) throws {
    guard let convertible = value as? any TermConvertible else { return try value.encode(to: self) }
    do throws(TermConversionError) {
      put(try convertible.term)
    } catch { throw error.inside(TermConversionError.Step.path(codingPath)) }
  }

  func put(_ term: Term) {
    if case .nothing = content { content = .term(term) } else { content = .contradiction }
  }

  func finish() throws(TermConversionError) -> Term {
    switch content {
    case .term(let term): return term
    case .list(let places):
      var elements: [Term] = []
      elements.reserveCapacity(places.count)
      for place in places { elements.append(try place.finish()) }
      return .list(elements, tail: nil)
    case .map(let places):
      var pairs: [MapPair] = []
      pairs.reserveCapacity(places.count)
      for (key, place) in places { pairs.append(MapPair(.binary(utf8: key), try place.finish())) }
      return try Term.sortedMap(pairs)
    case .nothing: throw failure("a value", "none")
    case .contradiction: throw failure("one value", "several in the same place")
    }
  }

  private func failure(_ expected: String, _ found: String) -> TermConversionError {
    TermConversionError(expected: expected, found: found, path: TermConversionError.Step.path(codingPath))
  }
}

extension TermBuilder: SingleValueEncodingContainer {
  func encodeNil() { put(Term.atom("nil")) }
  func encode<Value: Encodable>(_ value: Value) throws { try put(value) }
}

private struct MapBuilder<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let builder: TermBuilder

  var codingPath: [any CodingKey] { builder.codingPath }

  func encodeNil(forKey key: Key) { builder.place(under: key).encodeNil() }

  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws { try builder.place(under: key).put(value) }

  // A nil value is written, because an Elixir handler that matches on the key does not match a map without it. The
  // standard library has one method for each type, and each leaves out nil unless it is overridden here.
  private func encode<Value: Encodable>(optional value: Value?, forKey key: Key) throws {
    if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
  }

  func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws {
    try encode(optional: value, forKey: key)
  }
  func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try encode(optional: value, forKey: key) }
  func encodeIfPresent(_ value: String?, forKey key: Key) throws { try encode(optional: value, forKey: key) }
  func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try encode(optional: value, forKey: key) }
  func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try encode(optional: value, forKey: key) }
  func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try encode(optional: value, forKey: key) }
  func encodeIfPresent(_ value: Int8?, forKey key: Key) throws { try encode(optional: value, forKey: key) }
  func encodeIfPresent(_ value: Int16?, forKey key: Key) throws { try encode(optional: value, forKey: key) }
  func encodeIfPresent(_ value: Int32?, forKey key: Key) throws { try encode(optional: value, forKey: key) }
  func encodeIfPresent(_ value: Int64?, forKey key: Key) throws { try encode(optional: value, forKey: key) }
  func encodeIfPresent(_ value: UInt?, forKey key: Key) throws { try encode(optional: value, forKey: key) }
  func encodeIfPresent(_ value: UInt8?, forKey key: Key) throws { try encode(optional: value, forKey: key) }
  func encodeIfPresent(_ value: UInt16?, forKey key: Key) throws { try encode(optional: value, forKey: key) }
  func encodeIfPresent(_ value: UInt32?, forKey key: Key) throws { try encode(optional: value, forKey: key) }
  func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws { try encode(optional: value, forKey: key) }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested>
  {
    builder.place(under: key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    builder.place(under: key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { builder.place(under: NamedKey("super")) }
  func superEncoder(forKey key: Key) -> any Encoder { builder.place(under: key) }
}

private struct ListBuilder: UnkeyedEncodingContainer {
  let builder: TermBuilder

  var codingPath: [any CodingKey] { builder.codingPath }
  var count: Int { builder.count }

  func encodeNil() { builder.nextPlace().encodeNil() }
  func encode<Value: Encodable>(_ value: Value) throws { try builder.nextPlace().put(value) }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    builder.nextPlace().container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { builder.nextPlace().unkeyedContainer() }
  func superEncoder() -> any Encoder { builder.nextPlace() }
}
