import ETF

/// A term as this package builds it, and the text for which Erlang builds the same.
struct TermExample: Sendable {
  let text: String
  let term: Term

  init(_ text: String, _ term: Term) {
    self.text = text
    self.term = term
  }

  static let all = integers + floats + atoms + bytes + lists + tuples + maps

  private static let integers =
    [0, 1, 255, 256, -1, -256, 134_217_727, -134_217_729, 2_147_483_647, 2_147_483_648, -2_147_483_648, -2_147_483_649]
    .map { TermExample("\($0)", .integer($0)) }
    + [Int64.max, .min, 1 << 59, -1 << 59].map { TermExample("\($0)", .integer($0)) }
    + [8, 9, 16, 127, 255, 256, 1_000].flatMap { bytes -> [TermExample] in
      // The least integer with so many bytes, of either sign, and the greatest.
      let least = [UInt8](repeating: 0, count: bytes - 1) + [0x80]
      let greatest = [UInt8](repeating: 0xFF, count: bytes)
      let zeros = String(repeating: "00", count: bytes - 1)
      let ones = String(repeating: "FF", count: bytes)
      return [
        TermExample("16#80\(zeros)", .integer(BigInteger(isNegative: false, magnitude: least))),
        TermExample("-16#80\(zeros)", .integer(BigInteger(isNegative: true, magnitude: least))),
        TermExample("16#\(ones)", .integer(BigInteger(isNegative: false, magnitude: greatest))),
        TermExample("-16#\(ones)", .integer(BigInteger(isNegative: true, magnitude: greatest))),
      ]
    }

  private static let floats =
    [0, 1, -1.5, 3.141592653589793, 0.1, 1.5e22, 1.5e-7].map { TermExample("\($0)", .float($0)) } + [
      TermExample("1.7976931348623157e308", .float(.greatestFiniteMagnitude)),
      TermExample("-1.7976931348623157e308", .float(-.greatestFiniteMagnitude)),
      TermExample("2.2250738585072014e-308", .float(.leastNormalMagnitude)),
    ]

  private static let atoms = [
    TermExample("''", .atom("")), TermExample("hello", .atom("hello")),
    TermExample("'Hello World'", .atom("Hello World")),
    TermExample("'\\x{e9}'", .atom("é")), TermExample("'\\x{65e5}\\x{672c}'", .atom("日本")),
    TermExample("'\\x{1F600}'", .atom("😀")), TermExample("'Elixir.Wifi'", .atom("Elixir.Wifi")),
    TermExample(String(repeating: "a", count: 255), .atom(Atom([UInt8](repeating: 0x61, count: 255)))),
    TermExample(
      "'" + String(repeating: "\\x{65e5}", count: 255) + "'",
      .atom(Atom((0..<255).flatMap { _ in Array("日".utf8) }))),
  ]

  private static let bytes = [
    TermExample("<<>>", .binary([])), TermExample("<<\"text\">>", .binary(utf8: "text")),
    TermExample("<<0,255,128,10,13,34>>", .binary([0, 255, 128, 10, 13, 34])),
    TermExample("<<0:80000>>", .binary([UInt8](repeating: 0, count: 10_000))),
    TermExample("<<1:1>>", bits([0x80], 1)), TermExample("<<5:3>>", bits([0xA0], 3)),
    TermExample("<<255,254,127:7>>", bits([255, 254, 254], 7)),
  ]

  private static let lists = [
    TermExample("[]", .list([])), TermExample("\"text\"", .string(Array("text".utf8))),
    TermExample("[0,255]", .string([0, 255])), TermExample("[0,256]", .list([0, 256])),
    TermExample("[[],[[]],[[[]]]]", .list([.list([]), .list([.list([])]), .list([.list([.list([])])])])),
    TermExample("[a|b]", .improperList([.atom("a")], tail: .atom("b"))),
    TermExample("[1,2,<<>>|{}]", .improperList([1, 2, .binary([])], tail: .tuple([]))),
    TermExample(list(of: 65_535), .string([UInt8](repeating: 7, count: 65_535))),
    TermExample(list(of: 65_536), .string([UInt8](repeating: 7, count: 65_536))),
  ]

  private static let tuples = [
    TermExample("{}", .tuple([])),
    TermExample("{{},{{}},[{}]}", .tuple([.tuple([]), .tuple([.tuple([])]), .list([.tuple([])])])),
    TermExample(
      "{" + (0..<255).map { "\($0)" }.joined(separator: ",") + "}", .tuple((0..<255).map { .integer($0) })),
    TermExample(
      "{" + (0..<256).map { "\($0)" }.joined(separator: ",") + "}", .tuple((0..<256).map { .integer($0) })),
    TermExample(
      String(repeating: "{", count: 60) + String(repeating: "}", count: 60),
      (1..<60).reduce(Term.tuple([])) { inner, _ in .tuple([inner]) }),
  ]

  private static let maps = [
    TermExample("#{}", .map([])), TermExample("#{a => #{}}", .map([MapPair(.atom("a"), .map([]))])),
    TermExample(
      "#{1 => a, 1.0 => b, <<\"c\">> => c, \"d\" => d, {} => e, [] => f, #{} => g}",
      .map([
        MapPair(1, .atom("a")), MapPair(.float(1), .atom("b")), MapPair(.binary(utf8: "c"), .atom("c")),
        MapPair(.string([0x64]), .atom("d")), MapPair(.tuple([]), .atom("e")), MapPair(.list([]), .atom("f")),
        MapPair(.map([]), .atom("g")),
      ])),
    map(32), map(33), map(500),
  ]

  private static func bits(_ bytes: [UInt8], _ inLast: Int) -> Term {
    .bitstring(Bitstring(bytes: bytes, bitsInLastByte: inLast)!)
  }

  private static func list(of count: Int) -> String {
    "[" + Array(repeating: "7", count: count).joined(separator: ",") + "]"
  }

  /// A map that Erlang keeps sorted up to 32 keys, and in the order of a hash above.
  private static func map(_ count: Int64) -> TermExample {
    TermExample(
      "#{" + (0..<count).map { "\($0) => <<\"\($0)\">>" }.joined(separator: ",") + "}",
      .map((0..<count).reversed().map { MapPair(.integer($0), .binary(utf8: "\($0)")) }))
  }
}

extension Term {
  /// Every atom that stands in it.
  var atoms: [Atom] {
    switch self {
    case .atom(let atom): [atom]
    case .integer, .bigInteger, .float, .binary, .bitstring, .string: []
    case .list(let elements), .tuple(let elements): elements.flatMap(\.atoms)
    case .improperList(let elements, let tail): elements.flatMap(\.atoms) + tail.atoms
    case .map(let pairs): pairs.flatMap { $0.key.atoms + $0.value.atoms }
    }
  }
}
