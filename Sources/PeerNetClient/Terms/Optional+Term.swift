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
