import ETF

/// Reads `Codable` values from terms.
///
/// A type with named properties comes from a map whose keys are binaries or atoms, the latter being how Elixir writes
/// them. Keys that the type does not know are ignored; an optional property may be missing, `nil` or `undefined`. What
/// is `TermConvertible` by itself is read its own way, and so accepts what ``TermConvertible`` lists.
///
///     try TermDecoder().decode([String: Int].self, from: answer)
public struct TermDecoder: Sendable {
  /// A decoder has no settings.
  public init() {}

  /// The value that a term holds.
  ///
  /// - Throws: `TermConversionError` for any other term; also in place of whatever the type's `init(from:)` throws.
  public func decode<Value: Decodable>(_ type: Value.Type = Value.self, from term: Term) throws(TermConversionError)
    -> Value
  {
    if let convertible = try TermSource.convertible(type, term) { return convertible }
    return try decodeRecord(type, from: term)
  }

  /// By `init(from:)`, whatever else the type may be.
  func decodeRecord<Value: Decodable>(_ type: Value.Type, from term: Term) throws(TermConversionError) -> Value {
    do { return try Value(from: TermSource(term, codingPath: [])) } catch {
      throw TermConversionError(error, of: type)
    }
  }
}

extension TermConvertible where Self: Decodable {
  /// As ``TermDecoder`` reads it.
  public init(term: Term) throws(TermConversionError) { self = try TermDecoder().decodeRecord(Self.self, from: term) }
}
