import ETF

/// The arguments of a procedure that takes none.
///
///     let uptime = RemoteProcedure<NoArguments, Int>("uptime")
public struct NoArguments: TermConvertible, Hashable {
  /// There is one such value.
  public init() {}

  /// From an empty map or list, or the atoms `nil` and `undefined`: whatever peers write for no arguments.
  public init(term: Term) throws(TermConversionError) {
    guard term == .map([]) || term == .list([]) || term.isNil else {
      throw TermConversionError(expected: "no arguments", found: term)
    }
  }

  /// An empty map.
  public var term: Term { .map([]) }
}
