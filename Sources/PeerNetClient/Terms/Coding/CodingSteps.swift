import ETF

/// The place of an element, for a coding path.
struct ListIndex: CodingKey {
  let index: Int

  init(_ index: Int) { self.index = index }
  init?(intValue: Int) { index = intValue }
  init?(stringValue: String) { nil }

  var intValue: Int? { index }
  var stringValue: String { "\(index)" }
}

/// A key that no type declares.
struct NamedKey: CodingKey {
  let stringValue: String

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { nil }

  var intValue: Int? { nil }
}

extension TermConversionError.Step {
  /// A number may also be the name of a key: only our own kind of key is an index.
  static func path(_ codingPath: [any CodingKey]) -> [TermConversionError.Step] {
    codingPath.map { key in if let index = key as? ListIndex { .index(index.index) } else { .key(key.stringValue) } }
  }
}

extension TermConversionError {
  /// What a type's own coding may have thrown, in our words.
  init(_ error: any Error, of type: Any.Type) {
    switch error {
    case let error as TermConversionError: self = error
    case DecodingError.typeMismatch(let type, let context),
      DecodingError.valueNotFound(let type, let context):
      self.init(expected: "\(type)", found: "another value", path: Step.path(context.codingPath))
    case DecodingError.keyNotFound(let key, let context):
      self.init(expected: "a value", found: "nothing", path: Step.path(context.codingPath + [key]))
    case DecodingError.dataCorrupted(let context):
      self.init(expected: "\(type)", found: "another value", path: Step.path(context.codingPath))
    case EncodingError.invalidValue(_, let context):
      self.init(expected: "a value with a term", found: "another value", path: Step.path(context.codingPath))
    default: self.init(expected: "\(type)", found: "a value that it refuses")
    }
  }
}

extension Term: Codable {
  /// From a ``TermDecoder`` alone: as it is.
  public init(from decoder: any Decoder) throws {
    guard let source = decoder as? TermSource else {
      throw TermConversionError(expected: "a TermDecoder", found: "another decoder")
    }
    self = source.term
  }

  /// To a ``TermEncoder`` alone: as it is.
  public func encode(to encoder: any Encoder) throws {
    guard let builder = encoder as? TermBuilder else {
      throw TermConversionError(expected: "a TermEncoder", found: "another encoder")
    }
    builder.put(self as Term)
  }
}
