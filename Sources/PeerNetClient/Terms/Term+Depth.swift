import ETF

extension Term {
  /// The deepest that a term may be nested in a call or an answer: a peer of ours reads 128 levels, two of which the
  /// envelope takes.
  static let maximumDepth = DecodingLimits().depth - 4

  /// Whether anything in it is nested deeper.
  func isNested(deeperThan limit: Int) -> Bool {
    switch self {
    case .atom, .integer, .bigInteger, .float, .binary, .bitstring, .string: limit < 0
    case .list(let elements), .tuple(let elements):
      limit < 1 || elements.contains { $0.isNested(deeperThan: limit - 1) }
    case .improperList(let elements, let tail):
      limit < 1 || tail.isNested(deeperThan: limit - 1) || elements.contains { $0.isNested(deeperThan: limit - 1) }
    case .map(let pairs):
      limit < 1
        || pairs.contains { $0.key.isNested(deeperThan: limit - 1) || $0.value.isNested(deeperThan: limit - 1) }
    }
  }
}
