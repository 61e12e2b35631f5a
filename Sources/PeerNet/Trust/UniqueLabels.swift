/// Makes of any bytes a label that the trust list takes and that nobody else has.
struct UniqueLabels {
  private var taken: [[UInt8]]
  /// The number that each repeated label came to: a thousand equal ones are not counted from 2 a thousand times.
  private var numbers: [(label: [UInt8], last: UInt64)] = []

  init(taken: [[UInt8]]) { self.taken = taken }

  /// `wanted`, as far as it can stand; where somebody has that label already, with `-2`, `-3` and so on behind it.
  mutating func take(_ wanted: [UInt8]) -> [UInt8] {
    let base = Self.valid(wanted)
    var label = base
    if taken.contains(label) {
      let place = numbers.firstIndex { $0.label == base } ?? numbers.count
      if place == numbers.count { numbers.append((base, 1)) }
      repeat {
        numbers[place].last += 1
        var suffix: [UInt8] = [UInt8(ascii: "-")]
        suffix.appendDecimal(numbers[place].last)
        label = Self.cut(base, to: TrustList.maximumLabelLength - suffix.count) + suffix
      } while taken.contains(label)
    }
    taken.append(label)
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
