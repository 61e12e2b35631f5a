import Basics

extension Term {
  /// The one term that `bytes` hold, version byte included, in canonical form.
  public static func decode(_ bytes: Span<UInt8>, limits: DecodingLimits = .init()) throws(ETFDecodingError) -> Term {
    var decoder = try ETFDecoder(bytes, limits: limits)
    let term = try decoder.term(bytes)
    try decoder.finish(bytes)
    return term
  }

  /// The same from an array.
  public static func decode(_ bytes: [UInt8], limits: DecodingLimits = .init()) throws(ETFDecodingError) -> Term {
    try decode(bytes.span, limits: limits)
  }
}

/// Reads a term piece by piece, for a fixed shape around other terms that need not be built to be read.
///
/// Every verb takes the input that it began with.
public struct ETFDecoder {
  private let limits: DecodingLimits
  private var offset = 1
  /// How many tuples have been entered.
  private var depth = 0
  /// Terms that counts have announced and that are not begun. Each needs a byte at least, so a count is believed only if
  /// the rest of the input has a byte for every one of them; all terms together are thus never more than the input's bytes.
  private var promised = 1
  private var textFloats = 0

  /// Begins with the version byte.
  public init(_ input: Span<UInt8>, limits: DecodingLimits = .init()) throws(ETFDecodingError) {
    guard input.count <= limits.size else { throw ETFDecodingError(kind: .tooLarge, offset: limits.size) }
    guard input.count > 0 else { throw ETFDecodingError(kind: .truncated, offset: 0) }
    guard input[0] == Tag.version else { throw ETFDecodingError(kind: .version, offset: 0) }
    self.limits = limits
  }

  /// Enters the tuple that comes next: its elements are read as the next terms.
  ///
  /// - Returns: how many there are, or nil when another term comes.
  public mutating func enterTuple(_ input: Span<UInt8>) throws(ETFDecodingError) -> Int? {
    guard offset < input.count, input[offset] == Tag.smallTuple || input[offset] == Tag.largeTuple else { return nil }
    let start = offset
    let isSmall = try byte(input) == Tag.smallTuple
    promised -= 1
    depth = try deeper(depth, start: start)
    return try promise(isSmall ? Int(try byte(input)) : try length32(input), input)
  }

  /// Reads the atom that comes next, where it lies.
  ///
  /// - Returns: its name in `input`, or nil when another term comes or one that is not ASCII.
  public mutating func asciiAtom(_ input: Span<UInt8>) throws(ETFDecodingError) -> Range<Int>? {
    guard offset < input.count else { return nil }
    let start = offset
    let length: Int
    switch try byte(input) {
    case Tag.smallAtomUTF8, Tag.smallAtom: length = Int(try byte(input))
    case Tag.atomUTF8, Tag.atom: length = try length16(input)
    default:
      offset = start
      return nil
    }
    guard length <= input.count - offset else { throw ETFDecodingError(kind: .truncated, offset: input.count) }
    let name = offset..<offset + length
    var isASCII = length <= Atom.maximumCharacters
    for index in name where input[index] >= 0x80 { isASCII = false }
    guard isASCII else {
      offset = start
      return nil
    }
    promised -= 1
    offset = name.upperBound
    return name
  }

  /// The whole term that comes next.
  public mutating func term(_ input: Span<UInt8>) throws(ETFDecodingError) -> Term { try term(input, depth: depth) }

  /// Bytes that were not read yet.
  public func remaining(_ input: Span<UInt8>) -> Int { input.count - offset }

  /// Checks that nothing follows.
  public func finish(_ input: Span<UInt8>) throws(ETFDecodingError) {
    guard offset == input.count else { throw ETFDecodingError(kind: .trailingBytes, offset: offset) }
  }

  private mutating func term(_ input: Span<UInt8>, depth: Int) throws(ETFDecodingError) -> Term {
    let start = offset
    promised -= 1
    switch try byte(input) {
    case Tag.smallInteger: return .integer(Int64(try byte(input)))
    case Tag.integer: return .integer(Int64(Int32(bitPattern: try word(input))))
    case Tag.smallBig: return try bigInteger(input, count: Int(try byte(input)), start: start)
    case Tag.largeBig: return try bigInteger(input, count: try length32(input), start: start)
    case Tag.newFloat: return try float(bits: UInt64(try word(input)) << 32 | UInt64(try word(input)), start: start)
    case Tag.oldFloat: return try oldFloat(input, start: start)
    case Tag.smallAtomUTF8: return try atom(input, length: Int(try byte(input)), start: start)
    case Tag.atomUTF8: return try atom(input, length: try length16(input), start: start)
    case Tag.smallAtom: return try latin1Atom(input, length: Int(try byte(input)), start: start)
    case Tag.atom: return try latin1Atom(input, length: try length16(input), start: start)
    case Tag.binary: return .binary(try bytes(input, count: try length32(input)))
    case Tag.bitBinary: return try bitstring(input, start: start)
    case Tag.nilList: return .list([])
    case Tag.string:
      let string = try bytes(input, count: try length16(input))
      return string.isEmpty ? .list([]) : .string(string)
    case Tag.list: return try list(input, depth: try deeper(depth, start: start))
    case Tag.smallTuple:
      let arity = try promise(Int(try byte(input)), input)
      return .tuple(try terms(input, count: arity, depth: try deeper(depth, start: start)))
    case Tag.largeTuple:
      let arity = try promise(try length32(input), input)
      return .tuple(try terms(input, count: arity, depth: try deeper(depth, start: start)))
    case Tag.map: return try map(input, depth: try deeper(depth, start: start), start: start)
    case Tag.compressed: throw ETFDecodingError(kind: .compressed, offset: start)
    case let tag: throw ETFDecodingError(kind: Tag.isForeign(tag) ? .foreignTag : .unknownTag, offset: start)
    }
  }

  // MARK: Containers

  private func deeper(_ depth: Int, start: Int) throws(ETFDecodingError) -> Int {
    guard depth < limits.depth else { throw ETFDecodingError(kind: .tooDeep, offset: start) }
    return depth + 1
  }

  private mutating func promise(_ count: Int, _ input: Span<UInt8>) throws(ETFDecodingError) -> Int {
    guard count <= input.count - offset - promised else {
      throw ETFDecodingError(kind: .truncated, offset: input.count)
    }
    promised += count
    return count
  }

  private mutating func terms(_ input: Span<UInt8>, count: Int, depth: Int) throws(ETFDecodingError) -> [Term] {
    var terms: [Term] = []
    terms.reserveCapacity(count)
    for _ in 0..<count { terms.append(try term(input, depth: depth)) }
    return terms
  }

  /// A tail that is a list itself goes on in the same array: `[1 | [2 | …` costs neither depth nor copies.
  private mutating func list(_ input: Span<UInt8>, depth: Int) throws(ETFDecodingError) -> Term {
    var elements: [Term] = []
    while true {
      let count = try promise(try length32(input), input)
      _ = try promise(1, input)
      if elements.isEmpty { elements.reserveCapacity(count) }
      for _ in 0..<count { elements.append(try term(input, depth: depth)) }
      guard offset < input.count, input[offset] == Tag.list else { break }
      promised -= 1
      offset += 1
    }
    return Term.list(elements, tail: try term(input, depth: depth))
  }

  private mutating func map(_ input: Span<UInt8>, depth: Int, start: Int) throws(ETFDecodingError) -> Term {
    let count = try length32(input)
    // Halved rather than doubled, which 32 bits might not hold.
    guard count <= (input.count - offset) / 2 else { throw ETFDecodingError(kind: .truncated, offset: input.count) }
    _ = try promise(2 * count, input)
    var pairs: [MapPair] = []
    pairs.reserveCapacity(count)
    for _ in 0..<count {
      let key = try term(input, depth: depth)
      pairs.append(MapPair(key, try term(input, depth: depth)))
    }
    guard !TermOrder.hasDuplicateKey(pairs) else { throw ETFDecodingError(kind: .duplicateKey, offset: start) }
    return .map(pairs)
  }

  // MARK: Leaves

  private mutating func bigInteger(_ input: Span<UInt8>, count: Int, start: Int) throws(ETFDecodingError) -> Term {
    guard count <= limits.integerSize else { throw ETFDecodingError(kind: .integerTooLarge, offset: start) }
    let isNegative = try byte(input) != 0
    return .integer(BigInteger(isNegative: isNegative, magnitude: try bytes(input, count: count)))
  }

  private func float(bits: UInt64, start: Int) throws(ETFDecodingError) -> Term {
    let value = Double(bitPattern: bits)
    guard value.isFinite else { throw ETFDecodingError(kind: .float, offset: start) }
    return .float(value)
  }

  /// 31 bytes of decimal text, filled up with zeros.
  private mutating func oldFloat(_ input: Span<UInt8>, start: Int) throws(ETFDecodingError) -> Term {
    textFloats += 1
    guard textFloats <= limits.textFloats else { throw ETFDecodingError(kind: .tooManyTextFloats, offset: start) }
    var text = try bytes(input, count: 31)
    while text.last == 0 { text.removeLast() }
    guard let value = DecimalFloat.parse(text.span) else { throw ETFDecodingError(kind: .float, offset: start) }
    return .float(value)
  }

  private mutating func atom(_ input: Span<UInt8>, length: Int, start: Int) throws(ETFDecodingError) -> Term {
    guard let atom = Atom(validating: try bytes(input, count: length)) else {
      throw ETFDecodingError(kind: .atom, offset: start)
    }
    return .atom(atom)
  }

  private mutating func latin1Atom(_ input: Span<UInt8>, length: Int, start: Int) throws(ETFDecodingError) -> Term {
    guard length <= Atom.maximumCharacters else { throw ETFDecodingError(kind: .atom, offset: start) }
    let name = try bytes(input, count: length)
    if name.allSatisfy({ $0 < 0x80 }) { return .atom(Atom(name)) }
    var utf8: [UInt8] = []
    for byte in name { UTF8Text.append(UInt32(byte), to: &utf8) }
    return .atom(Atom(utf8))
  }

  private mutating func bitstring(_ input: Span<UInt8>, start: Int) throws(ETFDecodingError) -> Term {
    let count = try length32(input)
    let bits = Int(try byte(input))
    let content = try bytes(input, count: count)
    if bits == 8 && count > 0 || bits == 0 && count == 0 { return .binary(content) }
    guard let bitstring = Bitstring(bytes: content, bitsInLastByte: bits) else {
      throw ETFDecodingError(kind: .bitstring, offset: start)
    }
    return .bitstring(bitstring)
  }

  // MARK: Bytes

  private mutating func byte(_ input: Span<UInt8>) throws(ETFDecodingError) -> UInt8 {
    guard offset < input.count else { throw ETFDecodingError(kind: .truncated, offset: input.count) }
    defer { offset += 1 }
    return input[offset]
  }

  private mutating func length16(_ input: Span<UInt8>) throws(ETFDecodingError) -> Int {
    Int(try byte(input)) << 8 | Int(try byte(input))
  }

  private mutating func word(_ input: Span<UInt8>) throws(ETFDecodingError) -> UInt32 {
    guard input.count - offset >= 4 else { throw ETFDecodingError(kind: .truncated, offset: input.count) }
    var word: UInt32 = 0
    for index in offset..<offset + 4 { word = word << 8 | UInt32(input[index]) }
    offset += 4
    return word
  }

  /// A count of bytes or terms, never more than the bytes that are left.
  private mutating func length32(_ input: Span<UInt8>) throws(ETFDecodingError) -> Int {
    let length = UInt64(try word(input))
    guard length <= UInt64(input.count - offset) else { throw ETFDecodingError(kind: .truncated, offset: input.count) }
    return Int(length)
  }

  private mutating func bytes(_ input: Span<UInt8>, count: Int) throws(ETFDecodingError) -> [UInt8] {
    guard count <= input.count - offset else { throw ETFDecodingError(kind: .truncated, offset: input.count) }
    defer { offset += count }
    return input.extracting(offset..<offset + count).withUnsafeBufferPointer { Array($0) }
  }
}
