import ETF

extension JSON {
  /// A term as JSON. Whoever needs it without loss reads the Erlang text beside it.
  ///
  /// `true`, `false` and `nil` or `undefined` are JSON's own; other atoms and UTF-8 binaries strings; integers beyond
  /// 2^53 strings of digits; other binaries `{"hex":…}`; tuples `{"tuple":[…]}`; a map whose keys are distinct texts an
  /// object, any other `{"map":[[key,value],…]}`.
  init(_ term: Term) {
    switch term {
    case .atom(let atom):
      switch String(decoding: atom.bytes, as: UTF8.self) {
      case "true": self = .bool(true)
      case "false": self = .bool(false)
      case "nil", "undefined": self = .null
      case let name: self = .string(name)
      }
    case .integer(let value):
      self = value.magnitude <= 1 << 53 ? .integer(value) : .string("\(value)")
    case .bigInteger: self = .string(term.text())
    case .float(let value): self = .number(value)
    case .binary(let bytes): self = Self.text(of: bytes) ?? .object([("hex", .string(Self.hexadecimal(bytes)))])
    case .bitstring(let bits):
      self = .object([
        ("hex", .string(Self.hexadecimal(bits.bytes))), ("last_bits", .integer(Int64(bits.bitsInLastByte))),
      ])
    case .string(let bytes): self = .array(bytes.map { .integer(Int64($0)) })
    case .list(let elements): self = .array(elements.map { JSON($0) })
    case .improperList(let elements, let tail):
      self = .object([("list", .array(elements.map { JSON($0) })), ("tail", JSON(tail))])
    case .tuple(let elements): self = .object([("tuple", .array(elements.map { JSON($0) }))])
    case .map(let pairs): self = Self.object(pairs)
    }
  }

  /// Converts each value once, whatever the keys are: converting it twice at each level would take 2^depth steps.
  private static func object(_ pairs: [MapPair]) -> JSON {
    guard let names = names(pairs) else {
      return .object([("map", .array(pairs.map { .array([JSON($0.key), JSON($0.value)]) }))])
    }
    return .object(zip(names, pairs).map { ($0, JSON($1.value)) })
  }

  /// The keys as names; nil when a key is not text, or occurs twice.
  private static func names(_ pairs: [MapPair]) -> [String]? {
    // Keys are compared byte by byte. Comparing them by Unicode's rules is slow, and a script that reads the JSON does
    // not do it.
    var known: Set<[UInt8]> = []
    var names: [String] = []
    names.reserveCapacity(pairs.count)
    for pair in pairs {
      guard let bytes = pair.key.binaryBytes ?? pair.key.atomBytes, let name = String(validating: bytes, as: UTF8.self),
        known.insert(bytes).inserted
      else { return nil }
      names.append(name)
    }
    return names
  }

  private static func text(of bytes: [UInt8]) -> JSON? {
    String(validating: bytes, as: UTF8.self).map { .string($0) }
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
