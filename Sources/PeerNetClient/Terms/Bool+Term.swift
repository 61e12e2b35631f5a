import ETF

extension Bool: TermConvertible {
  /// From the atom `true` or `false`.
  public init(term: Term) throws(TermConversionError) {
    switch term {
    case .atom("true"): self = true
    case .atom("false"): self = false
    default: throw TermConversionError(expected: "true or false", found: term)
    }
  }

  /// The atom `true` or `false`.
  public var term: Term { .atom(self ? "true" : "false") }
}
