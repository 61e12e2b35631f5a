import ETF

/// Writes `Codable` values as terms.
///
/// A type with named properties is a map from their names, as binaries and sorted; optional ones that are nil are the
/// atom `nil`, as in Elixir. What is `TermConvertible` by itself, inside as outside, is written its own way: text as binaries, `[UInt8]` as
/// a binary. Everything else is as its `encode(to:)` has it: an enumeration with raw values is its raw value.
///
///     try TermEncoder().encode(["relay": true])  // #{<<"relay">> => true}
public struct TermEncoder: Sendable {
  /// An encoder has no settings.
  public init() {}

  /// The value as a term.
  ///
  /// - Throws: `TermConversionError` for what no term stands for; also in place of whatever the value's `encode(to:)`
  ///   throws.
  public func encode(_ value: some Encodable) throws(TermConversionError) -> Term {
    if let convertible = value as? any TermConvertible { return try convertible.term }
    return try encodeRecord(value)
  }

  /// By `encode(to:)`, whatever else the value may be.
  func encodeRecord(_ value: some Encodable) throws(TermConversionError) -> Term {
    let builder = TermBuilder(codingPath: [])
    do { try value.encode(to: builder) } catch { throw TermConversionError(error, of: type(of: value)) }
    return try builder.finish()
  }
}

extension TermConvertible where Self: Encodable {
  /// As ``TermEncoder`` writes it.
  public var term: Term { get throws(TermConversionError) { try TermEncoder().encodeRecord(self) } }
}
