import ETF

/// A term, or a part of one, that a value is read from.
struct TermSource: Decoder {
  let term: Term
  let codingPath: [any CodingKey]

  init(_ term: Term, codingPath: [any CodingKey]) {
    self.term = term
    self.codingPath = codingPath
  }

  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(try MapSource<Key>(self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try ListSource(self) }
  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  func failure(_ expected: String) -> TermConversionError {
    TermConversionError(expected: expected, found: term, path: TermConversionError.Step.path(codingPath))
  }

  /// The value of a type that reads terms by itself; nil for other types.
  static func convertible<Value>(_ type: Value.Type, _ term: Term) throws(TermConversionError) -> Value? {
    guard let convertible = type as? any TermConvertible.Type else { return nil }
    return try convertible.init(term: term) as? Value
  }
}

extension TermSource: SingleValueDecodingContainer {
  func decodeNil() -> Bool { term.isNil }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    do throws(TermConversionError) {
      if let value = try Self.convertible(type, term) { return value }
    } catch { throw error.inside(TermConversionError.Step.path(codingPath)) }
    // Said here, where it is known what was wanted.
    do { return try Value(from: self) } catch { throw TermConversionError(error, of: type) }
  }
}

private struct MapSource<Key: CodingKey>: KeyedDecodingContainerProtocol {
  private let source: TermSource
  private let values: [String: Term]

  init(_ source: TermSource) throws {
    guard let pairs = source.term.pairs else { throw source.failure("a map") }
    var values: [String: Term] = [:]
    for pair in pairs {
      guard let name = Self.name(pair.key) else { continue }
      guard values.updateValue(pair.value, forKey: name) == nil else {
        let failure = TermConversionError(expected: "a key once", found: "it twice", path: [.key(name)])
        throw failure.inside(TermConversionError.Step.path(source.codingPath))
      }
    }
    self.source = source
    self.values = values
  }

  /// Keys of any other kind can be nobody's property.
  private static func name(_ key: Term) -> String? {
    switch key {
    case .binary(let bytes): String(validating: bytes, as: UTF8.self)
    case .atom(let atom): String(validating: atom.bytes, as: UTF8.self)
    case .integer(let integer): "\(integer)"
    case .bigInteger, .float, .bitstring, .string, .list, .improperList, .tuple, .map: nil
    }
  }

  var codingPath: [any CodingKey] { source.codingPath }
  var allKeys: [Key] { values.keys.sorted().compactMap { Key(stringValue: $0) } }

  func contains(_ key: Key) -> Bool { values[key.stringValue] != nil }

  private func source(under key: any CodingKey, for expected: Any.Type) throws -> TermSource {
    guard let value = values[key.stringValue] else {
      throw TermConversionError(
        expected: "\(expected)", found: "nothing", path: TermConversionError.Step.path(codingPath + [key]))
    }
    return TermSource(value, codingPath: codingPath + [key])
  }

  func decodeNil(forKey key: Key) throws -> Bool { values[key.stringValue]?.isNil ?? true }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try source(under: key, for: type).decode(type)
  }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
    -> KeyedDecodingContainer<Nested>
  {
    try source(under: key, for: [String: Term].self).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try source(under: key, for: [Term].self).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { try source(under: NamedKey("super"), for: Term.self) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try source(under: key, for: Term.self) }
}

private struct ListSource: UnkeyedDecodingContainer {
  private let source: TermSource
  private let elements: [Term]
  private(set) var currentIndex = 0

  init(_ source: TermSource) throws {
    guard let elements = source.term.listElements else { throw source.failure("a list") }
    self.source = source
    self.elements = elements
  }

  var codingPath: [any CodingKey] { source.codingPath }
  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex == elements.count }

  /// The next element, which is past once `body` has read it.
  private mutating func next<Value>(for expected: Any.Type, _ body: (TermSource) throws -> Value) throws -> Value {
    let path = codingPath + [ListIndex(currentIndex)]
    guard !isAtEnd else {
      throw TermConversionError(
        expected: "\(expected)", found: "the end of the list", path: TermConversionError.Step.path(path))
    }
    let value = try body(TermSource(elements[currentIndex], codingPath: path))
    currentIndex += 1
    return value
  }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, elements[currentIndex].isNil else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try next(for: type) { try $0.decode(type) }
  }

  mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
    try next(for: [String: Term].self) { try $0.container(keyedBy: type) }
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try next(for: [Term].self) { try $0.unkeyedContainer() }
  }

  mutating func superDecoder() throws -> any Decoder { try next(for: Term.self) { $0 } }
}
