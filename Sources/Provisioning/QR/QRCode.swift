/// A QR code (ISO/IEC 18004) of version 3, level M, in alphanumeric mode: 29 by 29 modules for up to 61 characters of
/// digits, capitals and ` $%*+-./:`, of which a key has 52.
package struct QRCode: Sendable {
  static let size = 29
  static let maximumCharacters = 61
  private static let dataCount = 44
  private static let correctionCount = 26
  private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".utf8)

  /// Row by row; true is dark.
  private(set) var modules: [[Bool]]
  /// Modules that carry no data: finders, timing, alignment, format.
  private var isFunction: [[Bool]]

  /// The code whose mask is the easiest to read. `text` must fit and hold nothing else than the alphabet.
  package init(_ text: [UInt8]) {
    self = (0..<8).map { QRCode(text, mask: $0) }.min { $0.penalty < $1.penalty }!
  }

  init(_ text: [UInt8], mask: Int) {
    let row = [Bool](repeating: false, count: Self.size)
    modules = [[Bool]](repeating: row, count: Self.size)
    isFunction = modules
    drawPatterns()
    drawFormat(mask: mask)
    let data = Self.codewords(of: text)
    drawData(data + ReedSolomon.remainder(of: data, count: Self.correctionCount), mask: mask)
  }

  // MARK: Data

  private static func codewords(of text: [UInt8]) -> [UInt8] {
    var bits: [Bool] = []
    func append(_ value: Int, _ count: Int) {
      for shift in (0..<count).reversed() { bits.append(value >> shift & 1 == 1) }
    }
    let values = text.map { character in
      let value = alphabet.firstIndex(of: character)
      precondition(value != nil, "a character that alphanumeric mode lacks")
      return value!
    }
    precondition(values.count <= maximumCharacters, "too long for version 3-M")
    append(0b0010, 4)
    append(values.count, 9)
    for start in stride(from: 0, to: values.count - 1, by: 2) { append(values[start] * 45 + values[start + 1], 11) }
    if values.count % 2 == 1 { append(values[values.count - 1], 6) }
    append(0, min(4, dataCount * 8 - bits.count))
    append(0, (8 - bits.count % 8) % 8)
    var bytes = stride(from: 0, to: bits.count, by: 8).map { start in
      bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
    }
    while bytes.count < dataCount { bytes.append(bits.count / 8 % 2 == bytes.count % 2 ? 0xec : 0x11) }
    return bytes
  }

  /// Upwards and downwards in columns of two, from the right, around what is drawn already.
  private mutating func drawData(_ codewords: [UInt8], mask: Int) {
    var bit = 0
    for right in [28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 5, 3, 1] {
      let isUpward = (right + 1) & 2 == 0
      for step in 0..<Self.size {
        let y = isUpward ? Self.size - 1 - step : step
        for x in [right, right - 1] where !isFunction[y][x] {
          // The 7 modules that remain are light before masking.
          let isDark = bit < codewords.count * 8 && codewords[bit / 8] >> UInt8(7 - bit % 8) & 1 == 1
          modules[y][x] = isDark != Self.isInverted(mask, x, y)
          bit += 1
        }
      }
    }
  }

  private static func isInverted(_ mask: Int, _ x: Int, _ y: Int) -> Bool {
    switch mask {
    case 0: (x + y) % 2 == 0
    case 1: y % 2 == 0
    case 2: x % 3 == 0
    case 3: (x + y) % 3 == 0
    case 4: (x / 3 + y / 2) % 2 == 0
    case 5: x * y % 2 + x * y % 3 == 0
    case 6: (x * y % 2 + x * y % 3) % 2 == 0
    default: ((x + y) % 2 + x * y % 3) % 2 == 0
    }
  }

  // MARK: Patterns

  private mutating func set(_ x: Int, _ y: Int, _ isDark: Bool) {
    guard 0..<Self.size ~= x, 0..<Self.size ~= y else { return }
    modules[y][x] = isDark
    isFunction[y][x] = true
  }

  private mutating func drawPatterns() {
    for index in 0..<Self.size {
      set(6, index, index % 2 == 0)
      set(index, 6, index % 2 == 0)
    }
    // Finders with their light borders, then the one alignment pattern of version 3.
    for (x, y) in [(3, 3), (Self.size - 4, 3), (3, Self.size - 4)] { drawSquares(x, y, radius: 4, light: [2, 4]) }
    drawSquares(22, 22, radius: 2, light: [1])
  }

  private mutating func drawSquares(_ x: Int, _ y: Int, radius: Int, light: Set<Int>) {
    for dy in -radius...radius {
      for dx in -radius...radius { set(x + dx, y + dy, !light.contains(max(abs(dx), abs(dy)))) }
    }
  }

  /// Level M and the mask with their BCH code, twice, and the one module that is always dark.
  private mutating func drawFormat(mask: Int) {
    var remainder = mask
    for _ in 0..<10 { remainder = remainder << 1 ^ (remainder >> 9) * 0x537 }
    let bits = (mask << 10 | remainder) ^ 0x5412
    func bit(_ index: Int) -> Bool { bits >> index & 1 == 1 }
    for index in 0..<6 { set(8, index, bit(index)) }
    set(8, 7, bit(6))
    set(8, 8, bit(7))
    set(7, 8, bit(8))
    for index in 9..<15 { set(14 - index, 8, bit(index)) }
    for index in 0..<8 { set(Self.size - 1 - index, 8, bit(index)) }
    for index in 8..<15 { set(8, Self.size - 15 + index, bit(index)) }
    set(8, Self.size - 8, true)
  }

  // MARK: Choice of the mask

  /// The standard's four rules: long runs, blocks, false finders, imbalance.
  private var penalty: Int {
    let columns = (0..<Self.size).map { x in modules.map { $0[x] } }
    var sum = (modules + columns).reduce(0) { $0 + Self.penalty(of: $1) }
    var dark = 0
    for y in 0..<Self.size {
      for x in 0..<Self.size {
        if modules[y][x] { dark += 1 }
        guard x > 0, y > 0 else { continue }
        let same = [modules[y - 1][x - 1], modules[y - 1][x], modules[y][x - 1]].allSatisfy { $0 == modules[y][x] }
        if same { sum += 3 }
      }
    }
    return sum + abs(dark * 20 - Self.size * Self.size * 10) / (Self.size * Self.size) * 10
  }

  private static func penalty(of line: [Bool]) -> Int {
    var sum = 0
    var run = 1
    for index in 1...line.count {
      if index < line.count, line[index] == line[index - 1] {
        run += 1
      } else {
        if run >= 5 { sum += run - 2 }
        run = 1
      }
    }
    let finder = [true, false, true, true, true, false, true]
    let quiet = [Bool](repeating: false, count: 4)
    for start in 0...line.count - 11 {
      let window = line[start..<start + 11]
      if window.elementsEqual(finder + quiet) || window.elementsEqual(quiet + finder) { sum += 40 }
    }
    return sum
  }
}

extension QRCode {
  private static let quietZone = 4

  /// The code as lines of text with a quiet zone around it, two rows of modules a line. Light is what a terminal's text
  /// is drawn in, so that the code reads the right way round on the usual dark background; readers take it inverted on a
  /// light one.
  package var halfBlocks: [String] {
    let rows = -Self.quietZone..<Self.size + Self.quietZone
    return stride(from: rows.lowerBound, to: rows.upperBound, by: 2).map { y in
      rows.map { x in
        switch (isLight(x, y), isLight(x, y + 1)) {
        case (true, true): "█"
        case (true, false): "▀"
        case (false, true): "▄"
        case (false, false): " "
        }
      }.joined()
    }
  }

  private func isLight(_ x: Int, _ y: Int) -> Bool {
    guard 0..<Self.size ~= x, 0..<Self.size ~= y else { return true }
    return !modules[y][x]
  }
}
