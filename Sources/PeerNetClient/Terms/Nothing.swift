import ETF

/// The answer of a procedure that has nothing to tell but that it is done.
public struct Nothing: TermConvertible, Hashable {
  /// There is one such value.
  public init() {}

  /// From any term, which is ignored.
  public init(term: Term) {}

  /// The atom `ok`.
  public var term: Term { .atom("ok") }
}
