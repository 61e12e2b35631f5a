import Admin

extension LineProfile.Location {
  /// The one line among `chips` that this names.
  func find(in chips: [GPIOChip]) throws(GPIOLineError) -> (chip: UInt32, offset: UInt32) {
    switch self {
    case .offset(let offset, let label):
      let labelled = chips.filter { $0.label == label }
      guard let chip = labelled.first else { throw .noChip }
      guard labelled.count == 1 else { throw .ambiguous }
      guard Int(offset) < chip.lines.count else { throw .noLine }
      return (chip.number, offset)
    case .name(let name, let label):
      let candidates = label.map { label in chips.filter { $0.label == label } } ?? chips
      guard !candidates.isEmpty || label == nil else { throw .noChip }
      var found: (chip: UInt32, offset: UInt32)?
      for chip in candidates {
        for (offset, line) in chip.lines.enumerated() where line == name {
          guard found == nil else { throw .ambiguous }
          found = (chip.number, UInt32(truncatingIfNeeded: offset))
        }
      }
      guard let found else { throw .noLine }
      return found
    }
  }
}
