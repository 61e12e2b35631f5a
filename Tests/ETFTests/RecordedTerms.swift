import ETF

/// The recorded `etf` entries once more, built by hand: what each text means, in the order of the recording.
let recordedTerms: [(text: String, term: Term)] =
  integers.map { ($0, .integer(decimal($0))) } + [
    ("0.0", .float(0)), ("-0.0", .float(-0.0)), ("1.0", .float(1)), ("-1.5", .float(-1.5)),
    ("3.141592653589793", .float(3.141592653589793)), ("1.7976931348623157e308", .float(.greatestFiniteMagnitude)),
    ("5.0e-324", .float(.leastNonzeroMagnitude)), ("2.2250738585072014e-308", .float(.leastNormalMagnitude)),
    ("1.0e100", .float(1e100)),

    (":ok", atom("ok")), (":error", atom("error")), ("true", atom("true")), ("false", atom("false")),
    ("nil", atom("nil")), (":\"\"", atom("")), (":\"hello world\"", atom("hello world")), (":é", atom("é")),
    (":日本語", atom("日本語")), (":\"🦊\"", atom("🦊")), (":" + repeated("a", 255), atom(repeated("a", 255))),
    (":" + repeated("é", 255), atom(repeated("é", 255))), (":" + repeated("語", 85), atom(repeated("語", 85))),
    (":" + repeated("語", 86), atom(repeated("語", 86))), ("PeerNet", atom("Elixir.PeerNet")),
    ("Enum", atom("Elixir.Enum")),

    ("[]", .list([])), ("'abc'", string("abc")), ("[0]", .string([0])), ("[255]", .string([255])),
    ("[256]", .list([256])), ("[1, 256]", .list([1, 256])),
    ("'\(repeated("a", 60))' ++ ...", string(repeated("a", 65_535))),
    ("'\(repeated("a", 60))' ++ ...", string(repeated("a", 65_536))),
    ("[1 | 2]", .improperList([1], tail: 2)),
    ("[:a, :b | :c]", .improperList([atom("a"), atom("b")], tail: atom("c"))),
    ("[[]]", .list([.list([])])), ("[[], [1]]", .list([.list([]), .string([1])])),
    ("['abc', \"abc\"]", .list([string("abc"), .binary(utf8: "abc")])),
    ("[1, 2.0, :three, \"four\"]", .list([1, .float(2), atom("three"), .binary(utf8: "four")])),
    ("[a: 1, b: 2]", .list([.tuple([atom("a"), 1]), .tuple([atom("b"), 2])])),

    ("{}", .tuple([])), ("{1}", .tuple([1])), ("{:ok, \"x\"}", .tuple([atom("ok"), .binary(utf8: "x")])),
    (
      "{:a, {:b, {:c, {:d, []}}}}",
      .tuple([atom("a"), .tuple([atom("b"), .tuple([atom("c"), .tuple([atom("d"), .list([])])])])])
    ),
    ("{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, ...}", .tuple((1...255).map { .integer($0) })),
    ("{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, ...}", .tuple((1...256).map { .integer($0) })),
    ("{:x, :x, :x, :x, :x, :x, :x, :x, :x, :x, :x, :x, ...}", .tuple([Term](repeating: atom("x"), count: 300))),

    ("%{}", .map([])), ("%{a: 1}", .map([MapPair(atom("a"), 1)])),
    (
      "%{1 => 2, nil => true, {1, 2} => [3], \"k\" => :v}",
      .map([
        MapPair(1, 2), MapPair(atom("nil"), atom("true")), MapPair(.tuple([1, 2]), .string([3])),
        MapPair(.binary(utf8: "k"), atom("v")),
      ])
    ),
    (
      "%{a: %{b: %{c: %{}}}}",
      .map([MapPair(atom("a"), .map([MapPair(atom("b"), .map([MapPair(atom("c"), .map([]))]))]))])
    ),
    ("%{1 => 1, 2 => 4, 3 => 9,", squares(1...32)), ("%{33 => 1089, 12 => 144, 23 => 529,", squares(1...33)),
    ("%{33 => 1089, 12 => 144, 73 => 5329,", squares(1...100)),
    ("%{1 => :i, 1.0 => :f}", .map([MapPair(1, atom("i")), MapPair(.float(1), atom("f"))])),
    ("%{from: \"me\", text: \"hi\"}", fields(["from": .binary(utf8: "me"), "text": .binary(utf8: "hi")])),

    ("\"\"", .binary([])), ("\"hello\"", .binary(utf8: "hello")), ("\"héllo 🦊\"", .binary(utf8: "héllo 🦊")),
    ("<<0, 255, 1>>", .binary([0, 255, 1])),
    ("<<165, 165, 165, 165,", .binary([UInt8](repeating: 165, count: 65_536))),
    ("<<1::size(1)>>", bits([0b1000_0000], 1)), ("<<5::size(3)>>", bits([0b1010_0000], 3)),
    ("<<255, 1::size(7)>>", bits([255, 0b0000_0010], 7)), ("<<0, 0::size(1)>>", bits([0, 0], 1)),
    ("\"\(repeated("y", 60))\" <> ...", .binary(utf8: repeated("y", 256))),

    (
      "{:call, 42, :chat, %{text: \"hi\"}}",
      .tuple([atom("call"), 42, atom("chat"), fields(["text": .binary(utf8: "hi")])])
    ),
    (
      "~U[2026-05-05 12:34:56.789012Z]",
      fields([
        "__struct__": atom("Elixir.DateTime"), "calendar": atom("Elixir.Calendar.ISO"), "day": 5, "hour": 12,
        "microsecond": .tuple([789_012, 6]), "minute": 34, "month": 5, "second": 56, "std_offset": 0,
        "time_zone": .binary(utf8: "Etc/UTC"), "utc_offset": 0, "year": 2026, "zone_abbr": .binary(utf8: "UTC"),
      ])
    ),
    (
      "~D[2026-05-05]",
      fields([
        "__struct__": atom("Elixir.Date"), "calendar": atom("Elixir.Calendar.ISO"), "day": 5, "month": 5, "year": 2026,
      ])
    ),
    ("1..10", fields(["__struct__": atom("Elixir.Range"), "first": 1, "last": 10, "step": 1])),
    (
      "MapSet.new([1, 2])",
      fields([
        "__struct__": atom("Elixir.MapSet"), "map": .map([MapPair(1, .list([])), MapPair(2, .list([]))]), "version": 2,
      ])
    ),
  ]

private let integers: [String] =
  [
    "0", "1", "255", "256", "-1", "-2", "2147483647", "-2147483648", "2147483648", "-2147483649", "4294967295",
    "4294967296", "576460752303423487", "576460752303423488", "-576460752303423488", "-576460752303423489",
    "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616",
    "-18446744073709551615", "340282366920938463463374607431768211456", "-340282366920938463463374607431768211456",
  ] + [power(of: 2, 2040, minus: 1), power(of: 2, 2040, minus: 0), "-" + power(of: 2, 2100, minus: 0)]

/// Schoolbook arithmetic on decimal digits, which shares nothing with the code under test. `minus` must not borrow.
private func power(of base: Int, _ exponent: Int, minus: Int) -> String {
  var digits = [1]
  for _ in 0..<exponent {
    var carry = 0
    for index in digits.indices {
      carry += digits[index] * base
      digits[index] = carry % 10
      carry /= 10
    }
    if carry > 0 { digits.append(carry) }
  }
  digits[0] -= minus
  return digits.reversed().map(String.init).joined()
}

private func decimal(_ text: String) -> BigInteger {
  var magnitude: [UInt8] = []
  for digit in text.utf8 where digit != UInt8(ascii: "-") {
    var carry = Int(digit - 48)
    for index in magnitude.indices {
      carry += 10 * Int(magnitude[index])
      magnitude[index] = UInt8(carry & 255)
      carry >>= 8
    }
    if carry > 0 { magnitude.append(UInt8(carry)) }
  }
  return BigInteger(isNegative: text.hasPrefix("-"), magnitude: magnitude)
}

func atom(_ name: String) -> Term { .atom(Atom(Array(name.utf8))) }
func string(_ text: String) -> Term { .string(Array(text.utf8)) }
func bits(_ bytes: [UInt8], _ count: Int) -> Term {
  .bitstring(Bitstring(bytes: bytes, bitsInLastByte: count)!)
}
private func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
private func fields(_ fields: KeyValuePairs<String, Term>) -> Term { .map(fields.map { MapPair(atom($0), $1) }) }
private func squares(_ range: ClosedRange<Int64>) -> Term {
  .map(range.map { MapPair(.integer($0), .integer($0 * $0)) })
}
