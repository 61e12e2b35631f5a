/// Makes of any bytes a label that the trust list takes and that nobody else has.
struct UniqueLabels {
  private var taken: [[UInt8]]
  /// What the label at the same place was before it was numbered: a thousand equal ones are not counted from 2 each.
  private var bases: [[UInt8]]

  init(taken: [[UInt8]]) {
    self.taken = taken
    bases = taken
  }

  /// `wanted`, as far as it can stand; where somebody has that label already, with `-2`, `-3` and so on behind it.
  mutating func take(_ wanted: [UInt8]) -> [UInt8] {
    let base = Self.valid(wanted)
    var label = base
    var last: UInt64 = 0
    for other in bases where other == base { last += 1 }
    last = max(last, 1)
    while taken.contains(label) {
      last += 1
      var suffix: [UInt8] = [UInt8(ascii: "-")]
      suffix.append(decimal: last)
      label = Self.cut(base, to: TrustList.maximumLabelLength - suffix.count) + suffix
    }
    taken.append(label)
    bases.append(base)
    return label
  }

  /// Cut to the longest that is allowed, and `_` for each byte that no label holds.
  private static func valid(_ text: [UInt8]) -> [UInt8] {
    var label = cut(text, to: TrustList.maximumLabelLength)
    while let place = label.firstIndex(of: Ascii.tab) ?? LineReader.firstFault(in: label[...]) {
      label[place] = UInt8(ascii: "_")
    }
    return label
  }

  /// The first `count` bytes at most, without the beginning of a character that does not fit.
  private static func cut(_ text: [UInt8], to count: Int) -> [UInt8] {
    guard text.count > count else { return text }
    var end = count
    while end > 0, count - end < 3, text[end] & 0xc0 == 0x80 { end -= 1 }
    return Array(text[..<end])
  }
}
