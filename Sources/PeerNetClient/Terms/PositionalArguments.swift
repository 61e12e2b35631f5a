import ETF

/// Arguments in the order of a function's parameters, for procedures that take several.
///
///     let join = RemoteProcedure<PositionalArguments, Bool>(module: "Elixir.Wifi", function: "join")
///     try await device(join, PositionalArguments("workshop", 5))
public struct PositionalArguments: TermConvertible, Hashable {
  /// Each argument as a term.
  public let terms: [Term]

  /// From values of any convertible types, or none.
  public init<each Value: TermConvertible>(_ values: repeat each Value) throws(TermConversionError) {
    var terms: [Term] = []
    for value in repeat each values { terms.append(try value.term) }
    self.terms = terms
  }

  /// From a proper list.
  public init(term: Term) throws(TermConversionError) {
    guard let terms = term.listElements else {
      throw TermConversionError(expected: "a list of arguments", found: term)
    }
    self.terms = terms
  }

  /// A list.
  public var term: Term { .list(terms, tail: nil) }

  /// The argument at a position, counted from 0.
  ///
  /// - Throws: `TermConversionError` when it is of another type, or not there.
  public func callAsFunction<Value: TermConvertible>(_ position: Int, as type: Value.Type = Value.self)
    throws(TermConversionError) -> Value
  {
    guard terms.indices.contains(position) else {
      throw TermConversionError(expected: "an argument", found: "none", path: [.index(position)])
    }
    do { return try Value(term: terms[position]) } catch { throw error.inside(.index(position)) }
  }
}
