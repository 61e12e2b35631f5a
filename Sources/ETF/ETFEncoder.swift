import Basics

/// How atoms are written; everything else has one form.
public struct EncodingOptions: Sendable {
  /// The two ways in which a name of Latin-1 can be written.
  public enum AtomEncoding: Sendable {
    /// SMALL_ATOM_UTF8_EXT and ATOM_UTF8_EXT, as OTP 26 and later.
    case utf8
    /// ATOM_EXT where Latin-1 can hold the name, as OTP 25.
    case latin1
  }

  /// UTF-8 unless the reader is older than OTP 26.
  public var atoms: AtomEncoding

  /// Writes atoms as given.
  public init(atoms: AtomEncoding = .utf8) { self.atoms = atoms }
}

extension Term {
  /// Appends the version byte and the bytes that OTP writes for this term, map pairs in their order.
  public func encode(into output: inout [UInt8], options: EncodingOptions = .init()) {
    let encoder = ETFEncoder(options: options)
    encoder.appendVersion(to: &output)
    encoder.append(self, to: &output)
  }

  /// About how many bytes `encode` will write, seldom less and not much more unless there are many integers.
  public var encodedByteCountEstimate: Int {
    switch self {
    case .integer, .float: 11
    case .atom(let atom): 3 + atom.bytes.count
    case .bigInteger(let value): 6 + value.magnitude.count
    case .binary(let bytes), .string(let bytes): 6 + bytes.count
    case .bitstring(let bits): 6 + bits.bytes.count
    case .list(let elements), .tuple(let elements): elements.reduce(6) { $0 + $1.encodedByteCountEstimate }
    case .improperList(let elements, let tail):
      elements.reduce(6 + tail.encodedByteCountEstimate) { $0 + $1.encodedByteCountEstimate }
    case .map(let pairs):
      pairs.reduce(6) { $0 + $1.key.encodedByteCountEstimate + $1.value.encodedByteCountEstimate }
    }
  }

  /// The same as bytes of their own.
  public func encoded(options: EncodingOptions = .init()) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(encodedByteCountEstimate)
    encode(into: &output, options: options)
    return output
  }
}

/// Writes terms piece by piece, for a fixed shape around other terms that need not be built to be written.
public struct ETFEncoder {
  let options: EncodingOptions

  /// An encoder without state: any number of terms can be appended with it.
  public init(options: EncodingOptions = .init()) { self.options = options }

  /// What every encoded term begins with.
  public func appendVersion(to output: inout [UInt8]) { output.append(Tag.version) }

  /// Begins a tuple: that many terms must follow.
  public func append(tupleOf arity: UInt8, to output: inout [UInt8]) {
    output.append(Tag.smallTuple)
    output.append(arity)
  }

  /// Appends BINARY_EXT, what ``Term/binary(_:)`` becomes, without a term being built. Traps at 4 GiB.
  public func append(binary bytes: [UInt8], to output: inout [UInt8]) {
    output.append(Tag.binary)
    append32(bytes.count, to: &output)
    output.append(contentsOf: bytes)
  }

  /// Appends an integer, as SMALL_BIG_EXT above `Int64.max`.
  public func append(unsigned value: UInt64, to output: inout [UInt8]) {
    if let small = Int64(exactly: value) {
      append(small, to: &output)
    } else {
      append(BigInteger(value), to: &output)
    }
  }

  /// Appends the term without the version byte. Traps on a float that is not finite.
  public func append(_ term: Term, to output: inout [UInt8]) {
    switch term {
    case .atom(let atom): append(atom, to: &output)
    case .integer(let value): append(value, to: &output)
    case .bigInteger(let value): append(value, to: &output)
    case .float(let value):
      precondition(value.isFinite)
      output.append(Tag.newFloat)
      append64(value.bitPattern, to: &output)
    case .binary(let bytes): append(binary: bytes, to: &output)
    case .bitstring(let bits):
      output.append(Tag.bitBinary)
      append32(bits.bytes.count, to: &output)
      output.append(UInt8(bits.bitsInLastByte))
      output.append(contentsOf: bits.bytes)
    case .string(let bytes): append(string: bytes, to: &output)
    case .list(let elements):
      if let bytes = Term.byteList(elements) { return append(string: bytes, to: &output) }
      append(list: elements, tail: nil, to: &output)
    case .improperList(let elements, let tail):
      // One that was built with a list for its tail is not improper.
      guard case .improperList(let elements, let tail) = Term.list(elements, tail: tail) else {
        return append(Term.list(elements, tail: tail), to: &output)
      }
      append(list: elements, tail: tail, to: &output)
    case .tuple(let elements):
      if let arity = UInt8(exactly: elements.count) {
        append(tupleOf: arity, to: &output)
      } else {
        output.append(Tag.largeTuple)
        append32(elements.count, to: &output)
      }
      for element in elements { append(element, to: &output) }
    case .map(let pairs):
      output.append(Tag.map)
      append32(pairs.count, to: &output)
      for pair in pairs {
        append(pair.key, to: &output)
        append(pair.value, to: &output)
      }
    }
  }

  /// Appends the atom in the options' encoding.
  public func append(_ atom: Atom, to output: inout [UInt8]) {
    if options.atoms == .latin1, let name = latin1(atom.bytes) {
      output.append(Tag.atom)
      append16(name.count, to: &output)
      return output.append(contentsOf: name)
    }
    if let length = UInt8(exactly: atom.bytes.count) {
      output.append(Tag.smallAtomUTF8)
      output.append(length)
    } else {
      output.append(Tag.atomUTF8)
      append16(atom.bytes.count, to: &output)
    }
    output.append(contentsOf: atom.bytes)
  }

  private func latin1(_ utf8: [UInt8]) -> [UInt8]? {
    var name: [UInt8] = []
    var index = 0
    while index < utf8.count {
      guard let (character, length) = UTF8Text.character(utf8.span, at: index),
        let byte = UInt8(exactly: character)
      else { return nil }
      name.append(byte)
      index += length
    }
    return name
  }

  private func append(_ value: Int64, to output: inout [UInt8]) {
    if let byte = UInt8(exactly: value) {
      output.append(Tag.smallInteger)
      output.append(byte)
    } else if let word = Int32(exactly: value) {
      output.append(Tag.integer)
      append32(UInt32(bitPattern: word), to: &output)
    } else {
      var magnitude = value.magnitude
      let count = (64 - magnitude.leadingZeroBitCount + 7) / 8
      output.append(Tag.smallBig)
      output.append(UInt8(count))
      output.append(value < 0 ? 1 : 0)
      for _ in 0..<count {
        output.append(UInt8(truncatingIfNeeded: magnitude))
        magnitude >>= 8
      }
    }
  }

  private func append(_ value: BigInteger, to output: inout [UInt8]) {
    if let small = value.int64 { return append(small, to: &output) }
    if let count = UInt8(exactly: value.magnitude.count) {
      output.append(Tag.smallBig)
      output.append(count)
    } else {
      output.append(Tag.largeBig)
      append32(value.magnitude.count, to: &output)
    }
    output.append(value.isNegative ? 1 : 0)
    output.append(contentsOf: value.magnitude)
  }

  /// A list of bytes: STRING_EXT as long as its 16-bit length holds it.
  private func append(string bytes: [UInt8], to output: inout [UInt8]) {
    if bytes.isEmpty { return output.append(Tag.nilList) }
    if let length = UInt16(exactly: bytes.count) {
      output.append(Tag.string)
      append16(Int(length), to: &output)
      return output.append(contentsOf: bytes)
    }
    output.append(Tag.list)
    append32(bytes.count, to: &output)
    for byte in bytes {
      output.append(Tag.smallInteger)
      output.append(byte)
    }
    output.append(Tag.nilList)
  }

  private func append(list elements: [Term], tail: Term?, to output: inout [UInt8]) {
    if !elements.isEmpty {
      output.append(Tag.list)
      append32(elements.count, to: &output)
      for element in elements { append(element, to: &output) }
    }
    if let tail { append(tail, to: &output) } else { output.append(Tag.nilList) }
  }

  private func append16(_ value: Int, to output: inout [UInt8]) {
    let value = UInt16(value)
    output.append(UInt8(truncatingIfNeeded: value >> 8))
    output.append(UInt8(truncatingIfNeeded: value))
  }

  private func append32(_ value: Int, to output: inout [UInt8]) { append32(UInt32(value), to: &output) }

  private func append32(_ value: UInt32, to output: inout [UInt8]) {
    output.append(UInt8(truncatingIfNeeded: value >> 24))
    output.append(UInt8(truncatingIfNeeded: value >> 16))
    output.append(UInt8(truncatingIfNeeded: value >> 8))
    output.append(UInt8(truncatingIfNeeded: value))
  }

  private func append64(_ value: UInt64, to output: inout [UInt8]) {
    append32(UInt32(truncatingIfNeeded: value >> 32), to: &output)
    append32(UInt32(truncatingIfNeeded: value), to: &output)
  }
}
