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

  private static func object(_ pairs: [MapPair]) -> JSON {
    var names: Set<String> = []
    var members: [(name: String, value: JSON)] = []
    for pair in pairs {
      guard let bytes = pair.key.binaryBytes ?? pair.key.atomBytes, let name = String(validating: bytes, as: UTF8.self),
        names.insert(name).inserted
      else { return .object([("map", .array(pairs.map { .array([JSON($0.key), JSON($0.value)]) }))]) }
      members.append((name, JSON(pair.value)))
    }
    return .object(members)
  }

  private static func text(of bytes: [UInt8]) -> JSON? {
    String(validating: bytes, as: UTF8.self).map { .string($0) }
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
