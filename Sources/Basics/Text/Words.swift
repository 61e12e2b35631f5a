extension [UInt8] {
  /// The words between blanks.
  package var words: [[UInt8]] { split(whereSeparator: Ascii.isBlank).map { Array($0) } }

  /// The parts between separators, without the blanks around them; empty parts are kept.
  package func parts(separatedBy separator: UInt8) -> [[UInt8]] {
    split(separator: separator, omittingEmptySubsequences: false).map { part in
      var part = part.drop(while: Ascii.isBlank)
      while let last = part.last, Ascii.isBlank(last) { part.removeLast() }
      return Array(part)
    }
  }
}
