import Basics

/// Reads one term of Erlang text by recursive descent, to a bounded depth.
struct TermParser {
  private static let maximumDepth = 128
  private static let maximumSize = 1_048_576
  private static let maximumDigits = 4_096

  private let text: [UInt8]
  private var offset = 0

  init(_ text: [UInt8]) { self.text = text }

  mutating func parse() throws(TermTextError) -> Term {
    guard text.count <= Self.maximumSize else { throw TermTextError(kind: .tooLarge, offset: Self.maximumSize) }
    let term = try term(depth: 0)
    skipBlanks()
    guard offset == text.count else { throw TermTextError(kind: .trailingText, offset: offset) }
    return term
  }

  private mutating func term(depth: Int) throws(TermTextError) -> Term {
    guard depth <= Self.maximumDepth else { throw TermTextError(kind: .tooDeep, offset: offset) }
    skipBlanks()
    switch try peek() {
    case UInt8(ascii: "{"):
      offset += 1
      return .tuple(try terms(until: UInt8(ascii: "}"), depth: depth))
    case UInt8(ascii: "["):
      offset += 1
      return try list(depth: depth)
    case UInt8(ascii: "#"):
      offset += 1
      return try map(depth: depth)
    case UInt8(ascii: "<"): return try binary()
    case UInt8(ascii: "\""): return try string()
    case UInt8(ascii: "'"), UInt8(ascii: "a")...UInt8(ascii: "z"): return try atom()
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"): return try number()
    default: throw unexpected()
    }
  }

  // MARK: Containers

  /// Terms with commas between them up to `close`, which is taken.
  private mutating func terms(until close: UInt8, depth: Int) throws(TermTextError) -> [Term] {
    var terms: [Term] = []
    if try take(close) { return terms }
    while true {
      terms.append(try term(depth: depth + 1))
      if try take(close) { return terms }
      try expect(UInt8(ascii: ","))
    }
  }

  private mutating func list(depth: Int) throws(TermTextError) -> Term {
    var elements: [Term] = []
    if try take(UInt8(ascii: "]")) { return .list([]) }
    while true {
      elements.append(try term(depth: depth + 1))
      if try take(UInt8(ascii: "]")) { return .list(elements, tail: nil) }
      if try take(UInt8(ascii: "|")) {
        let tail = try term(depth: depth + 1)
        try expect(UInt8(ascii: "]"))
        return .list(elements, tail: tail)
      }
      try expect(UInt8(ascii: ","))
    }
  }

  private mutating func map(depth: Int) throws(TermTextError) -> Term {
    let start = offset
    try expect(UInt8(ascii: "{"))
    var pairs: [MapPair] = []
    if try take(UInt8(ascii: "}")) { return .map(pairs) }
    while true {
      let key = try term(depth: depth + 1)
      try expect(UInt8(ascii: "="))
      guard offset < text.count, text[offset] == UInt8(ascii: ">") else { throw unexpected() }
      offset += 1
      pairs.append(MapPair(key, try term(depth: depth + 1)))
      if try take(UInt8(ascii: "}")) { break }
      try expect(UInt8(ascii: ","))
    }
    guard !TermOrder.hasDuplicateKey(pairs) else { throw TermTextError(kind: .duplicateKey, offset: start) }
    return .map(pairs)
  }

  // MARK: Binaries and strings

  private mutating func binary() throws(TermTextError) -> Term {
    try expect(UInt8(ascii: "<"))
    try expect(UInt8(ascii: "<"))
    var bytes: [UInt8] = []
    if try take(UInt8(ascii: ">")) {
      try expect(UInt8(ascii: ">"))
      return .binary([])
    }
    while true {
      skipBlanks()
      if try peek() == UInt8(ascii: "\"") {
        for character in try quoted(by: UInt8(ascii: "\"")) {
          if character.isRaw {
            UTF8Text.append(character.value, to: &bytes)
          } else {
            guard let byte = UInt8(exactly: character.value) else {
              throw TermTextError(kind: .escape, offset: character.offset)
            }
            bytes.append(byte)
          }
        }
      } else {
        let start = offset
        guard case .integer(let value) = try number(), let byte = UInt8(exactly: value) else {
          throw TermTextError(kind: .number, offset: start)
        }
        if try take(UInt8(ascii: ":")) { return try lastBits(byte, after: bytes, start: start) }
        bytes.append(byte)
      }
      if try take(UInt8(ascii: ">")) {
        try expect(UInt8(ascii: ">"))
        return .binary(bytes)
      }
      try expect(UInt8(ascii: ","))
    }
  }

  /// `Value:Bits>>`, only at the end, where it makes a bitstring.
  private mutating func lastBits(_ value: UInt8, after bytes: [UInt8], start: Int) throws(TermTextError) -> Term {
    guard case .integer(let count) = try number(), 1...8 ~= count, UInt(value) < 1 << UInt(count) else {
      throw TermTextError(kind: .number, offset: start)
    }
    try expect(UInt8(ascii: ">"))
    try expect(UInt8(ascii: ">"))
    let bytes = bytes + [value << UInt8(8 - count)]
    if let bits = Bitstring(bytes: bytes, bitsInLastByte: Int(count)) { return .bitstring(bits) }
    return .binary(bytes)
  }

  /// A list of its characters, as in Erlang.
  private mutating func string() throws(TermTextError) -> Term {
    .list(try quoted(by: UInt8(ascii: "\"")).map { .integer(Int64($0.value)) }, tail: nil)
  }

  private struct Character {
    let value: UInt32
    /// As it stands in the text, not from an escape.
    let isRaw: Bool
    let offset: Int
  }

  private mutating func quoted(by quote: UInt8) throws(TermTextError) -> [Character] {
    offset += 1
    var characters: [Character] = []
    while true {
      let start = offset
      let byte = try peek()
      if byte == quote {
        offset += 1
        return characters
      }
      if byte == UInt8(ascii: "\\") {
        offset += 1
        characters.append(Character(value: try escape(start: start), isRaw: false, offset: start))
      } else {
        guard let (value, length) = UTF8Text.character(text.span, at: offset) else { throw unexpected() }
        offset += length
        characters.append(Character(value: value, isRaw: true, offset: start))
      }
    }
  }

  /// What stands behind a backslash.
  private mutating func escape(start: Int) throws(TermTextError) -> UInt32 {
    let byte = try peek()
    offset += 1
    switch byte {
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "e"): return 0x1B
    case UInt8(ascii: "s"): return 0x20
    case UInt8(ascii: "0"): return 0
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): return UInt32(byte)
    case UInt8(ascii: "x"): break
    default: throw TermTextError(kind: .escape, offset: start)
    }
    var value: UInt32 = 0
    if try peek() == UInt8(ascii: "{") {
      offset += 1
      while try peek() != UInt8(ascii: "}") {
        guard let digit = Self.digit(text[offset]), digit < 16, value <= 0x10FFFF else {
          throw TermTextError(kind: .escape, offset: start)
        }
        value = value << 4 | UInt32(digit)
        offset += 1
      }
      offset += 1
    } else {
      for _ in 0..<2 {
        guard let digit = Self.digit(try peek()), digit < 16 else {
          throw TermTextError(kind: .escape, offset: start)
        }
        value = value << 4 | UInt32(digit)
        offset += 1
      }
    }
    guard value <= 0x10FFFF, !(0xD800...0xDFFF ~= value) else { throw TermTextError(kind: .escape, offset: start) }
    return value
  }

  // MARK: Atoms and numbers

  private mutating func atom() throws(TermTextError) -> Term {
    let start = offset
    var name: [UInt8] = []
    if text[offset] == UInt8(ascii: "'") {
      for character in try quoted(by: UInt8(ascii: "'")) { UTF8Text.append(character.value, to: &name) }
    } else {
      while offset < text.count, AtomText.isNameByte(text[offset]) {
        name.append(text[offset])
        offset += 1
      }
      guard !AtomText.isReserved(name) else { throw TermTextError(kind: .atom, offset: start) }
    }
    guard let atom = Atom(validating: name) else { throw TermTextError(kind: .atom, offset: start) }
    return .atom(atom)
  }

  private mutating func number() throws(TermTextError) -> Term {
    skipBlanks()
    let start = offset
    let sign = try peek()
    if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { offset += 1 }
    let first = offset
    try skipDigits(start: start)
    if offset + 1 < text.count, text[offset] == UInt8(ascii: "."), isDecimal(text[offset + 1]) {
      return try float(from: start)
    }
    var digits = first..<offset
    var base = 10
    if offset < text.count, text[offset] == UInt8(ascii: "#") {
      base = text[digits].reduce(0) { min(10 * $0 + Int($1) - 0x30, 99) }
      guard 2...36 ~= base else { throw TermTextError(kind: .number, offset: start) }
      offset += 1
      let first = offset
      while offset < text.count, let digit = Self.digit(text[offset]), digit < base { offset += 1 }
      digits = first..<offset
      guard !digits.isEmpty else { throw unexpected() }
    }
    // Nothing that could be more of a number or a name may stand right behind it.
    if offset < text.count, AtomText.isNameByte(text[offset]) { throw unexpected() }
    guard digits.count <= Self.maximumDigits || base == 16 else { throw TermTextError(kind: .number, offset: start) }
    let magnitude = base == 16 ? hexMagnitude(digits) : magnitude(digits, base: base)
    return .integer(BigInteger(isNegative: sign == UInt8(ascii: "-"), magnitude: magnitude))
  }

  /// Takes quadratic time, which is why the digits are bounded.
  private func magnitude(_ digits: Range<Int>, base: Int) -> [UInt8] {
    var magnitude: [UInt8] = []
    for digit in text[digits] {
      var carry = Self.digit(digit) ?? 0
      for index in magnitude.indices {
        carry += Int(magnitude[index]) * base
        magnitude[index] = UInt8(truncatingIfNeeded: carry)
        carry >>= 8
      }
      if carry > 0 { magnitude.append(UInt8(carry)) }
    }
    return magnitude
  }

  private func hexMagnitude(_ digits: Range<Int>) -> [UInt8] {
    var magnitude: [UInt8] = []
    for (index, digit) in text[digits].reversed().enumerated() {
      let value = UInt8(Self.digit(digit) ?? 0)
      if index.isMultiple(of: 2) { magnitude.append(value) } else { magnitude[index / 2] |= value << 4 }
    }
    return magnitude
  }

  private mutating func float(from start: Int) throws(TermTextError) -> Term {
    offset += 1
    try skipDigits(start: start)
    if offset < text.count, text[offset] | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if offset < text.count, text[offset] == UInt8(ascii: "-") || text[offset] == UInt8(ascii: "+") { offset += 1 }
      try skipDigits(start: start)
    }
    if offset < text.count, AtomText.isNameByte(text[offset]) { throw unexpected() }
    guard let value = DecimalFloat.parse(text.span.extracting(start..<offset)) else {
      throw TermTextError(kind: .number, offset: start)
    }
    return .float(value)
  }

  private mutating func skipDigits(start: Int) throws(TermTextError) {
    guard isDecimal(try peek()) else { throw unexpected() }
    while offset < text.count, isDecimal(text[offset]) { offset += 1 }
  }

  private func isDecimal(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }

  private static func digit(_ byte: UInt8) -> Int? {
    switch byte {
    case 0x30...0x39: Int(byte) - 0x30
    case 0x41...0x5A: Int(byte) - 0x41 + 10
    case 0x61...0x7A: Int(byte) - 0x61 + 10
    default: nil
    }
  }

  // MARK: Bytes

  private mutating func skipBlanks() {
    while offset < text.count, text[offset] == 0x20 || 0x09...0x0D ~= text[offset] { offset += 1 }
  }

  private func peek() throws(TermTextError) -> UInt8 {
    guard offset < text.count else { throw TermTextError(kind: .unexpectedEnd, offset: offset) }
    return text[offset]
  }

  /// Skips blanks, and `byte` if it comes next. Some byte must.
  private mutating func take(_ byte: UInt8) throws(TermTextError) -> Bool {
    skipBlanks()
    guard try peek() == byte else { return false }
    offset += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws(TermTextError) {
    guard try take(byte) else { throw unexpected() }
  }

  private func unexpected() -> TermTextError {
    TermTextError(kind: offset < text.count ? .unexpectedByte : .unexpectedEnd, offset: offset)
  }
}
