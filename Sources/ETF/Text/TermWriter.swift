import Basics

/// One term on its way to Erlang text.
struct TermWriter {
  let limits: TermText.Limits
  private(set) var text: [UInt8] = []

  init(limits: TermText.Limits) { self.limits = limits }

  mutating func write(_ term: Term, depth: Int) {
    switch term {
    case .atom(let atom): write(atom)
    case .integer(let value): put("\(value)")
    case .bigInteger(let value): write(value)
    case .float(let value): write(value)
    case .binary(let bytes): write(binary: bytes)
    case .bitstring(let bits):
      put("<<")
      separated(bits.bytes.count, depth: depth) { writer, index in
        let isLast = index == bits.bytes.count - 1
        let byte = isLast ? bits.bytes[index] >> UInt8(8 - bits.bitsInLastByte) : bits.bytes[index]
        writer.put(isLast ? "\(byte):\(bits.bitsInLastByte)" : "\(byte)")
      }
      put(">>")
    case .string(let bytes):
      if bytes.allSatisfy(Self.isPrintable) {
        quoted(bytes, by: 0x22)
      } else {
        put("[")
        separated(bytes.count, depth: depth) { $0.put("\(bytes[$1])") }
        put("]")
      }
    case .list(let elements): write(elements, "[", "]", depth: depth)
    case .improperList(let elements, let tail):
      write(elements, "[", "|", depth: depth)
      if depth < limits.depth { write(tail, depth: depth + 1) } else { put("...") }
      put("]")
    case .tuple(let elements): write(elements, "{", "}", depth: depth)
    case .map(let pairs):
      put("#{")
      separated(pairs.count, depth: depth) { writer, index in
        writer.write(pairs[index].key, depth: depth + 1)
        writer.put(" => ")
        writer.write(pairs[index].value, depth: depth + 1)
      }
      put("}")
    }
  }

  private mutating func write(_ terms: [Term], _ open: String, _ close: String, depth: Int) {
    put(open)
    separated(terms.count, depth: depth) { $0.write(terms[$1], depth: depth + 1) }
    put(close)
  }

  /// Writes items with commas between them until the limits cut them off.
  private mutating func separated(_ count: Int, depth: Int, _ item: (inout TermWriter, Int) -> Void) {
    if count > 0 && depth >= limits.depth { return put("...") }
    for index in 0..<count {
      if index > 0 { put(",") }
      guard text.count < limits.length else { return put("...") }
      item(&self, index)
    }
  }

  private mutating func write(_ value: BigInteger) {
    // Decimal takes quadratic time, so only numbers of a readable size get it.
    if value.isNegative { put("-") }
    if value.magnitude.count <= 128 { return text.append(contentsOf: decimal(value.magnitude)) }
    put("16#")
    for (index, byte) in value.magnitude.reversed().enumerated() {
      guard text.count < limits.length else { return put("...") }
      if index > 0 || byte > 0x0F { text.append(Hexadecimal.upper(byte >> 4)) }
      text.append(Hexadecimal.upper(byte & 0x0F))
    }
  }

  /// Nine digits at a time, so that an answer full of large integers is printed within the time of a call.
  private func decimal(_ magnitude: [UInt8]) -> [UInt8] {
    var words: [UInt32] = []
    for (index, byte) in magnitude.enumerated() {
      if index % 4 == 0 { words.append(0) }
      words[index / 4] |= UInt32(byte) << UInt32(8 * (index % 4))
    }
    var digits: [UInt8] = []
    while !words.isEmpty {
      var remainder: UInt64 = 0
      for index in words.indices.reversed() {
        remainder = remainder << 32 | UInt64(words[index])
        words[index] = UInt32(remainder / 1_000_000_000)
        remainder %= 1_000_000_000
      }
      while words.last == 0 { words.removeLast() }
      // All nine of them, but for the first digits of the number.
      for _ in 0..<9 where remainder > 0 || !words.isEmpty {
        digits.append(0x30 + UInt8(remainder % 10))
        remainder /= 10
      }
    }
    return digits.reversed()
  }

  /// Erlang wants digits on both sides of the point, also before an exponent.
  private mutating func write(_ value: Double) {
    let digits = Array("\(value)".utf8)
    let exponent = digits.firstIndex(of: 0x65) ?? digits.endIndex
    text.append(contentsOf: digits[..<exponent])
    if !digits[..<exponent].contains(0x2E) { put(".0") }
    text.append(contentsOf: digits[exponent...])
  }

  private mutating func write(_ atom: Atom) {
    if AtomText.isBare(atom.bytes) { return text.append(contentsOf: atom.bytes) }
    text.append(0x27)
    var index = 0
    while index < atom.bytes.count {
      // An atom that was built of other bytes than UTF-8 shows them one by one.
      let (character, length) =
        UTF8Text.character(atom.bytes.span, at: index) ?? (UInt32(atom.bytes[index]), length: 1)
      index += length
      escaped(character, quote: 0x27)
    }
    text.append(0x27)
  }

  private mutating func write(binary bytes: [UInt8]) {
    put("<<")
    if !bytes.isEmpty && isText(bytes) {
      quoted(bytes, by: 0x22)
    } else {
      separated(bytes.count, depth: 0) { $0.put("\(bytes[$1])") }
    }
    put(">>")
  }

  /// UTF-8 without control characters but those of plain text.
  private func isText(_ bytes: [UInt8]) -> Bool {
    UTF8Text.characterCount(bytes.span) != nil && bytes.allSatisfy { $0 >= 0x80 || Self.isPrintable($0) }
  }

  private static func isPrintable(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20...0x7E, 0x09, 0x0A, 0x0D: true
    default: false
    }
  }

  private mutating func quoted(_ bytes: [UInt8], by quote: UInt8) {
    text.append(quote)
    for byte in bytes {
      guard text.count < limits.length else {
        text.append(quote)
        return put("...")
      }
      escaped(UInt32(byte), quote: quote)
    }
    text.append(quote)
  }

  private mutating func escaped(_ character: UInt32, quote: UInt8) {
    switch character {
    case UInt32(quote), 0x5C:
      put("\\")
      text.append(UInt8(character))
    case 0x0A: put("\\n")
    case 0x0D: put("\\r")
    case 0x09: put("\\t")
    case 0x20...0x7E: text.append(UInt8(character))
    case 0...0xFF:
      put("\\x")
      text.append(Hexadecimal.upper(UInt8(character >> 4)))
      text.append(Hexadecimal.upper(UInt8(character & 0x0F)))
    default:
      put("\\x{")
      put(String(character, radix: 16, uppercase: true))
      put("}")
    }
  }

  private mutating func put(_ string: String) { text.append(contentsOf: string.utf8) }
}
