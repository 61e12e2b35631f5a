import ETF
import PeerNetClient
import Testing

/// What the standard types are as terms, and what else they are read from.
@Suite struct StandardTypeTests {
  /// The term in Erlang's own notation, which is also read back to the value.
  private func expect<Value: TermConvertible & Equatable>(
    _ value: Value, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let term = try value.term
    #expect(term.text() == text, sourceLocation: sourceLocation)
    // As it comes off the wire.
    #expect(try Value(term: Term.decode(term.encoded())) == value, sourceLocation: sourceLocation)
  }

  private func read<Value: TermConvertible>(_ text: String, as type: Value.Type = Value.self) throws -> Value {
    try Value(term: Term(text: text))
  }

  /// That a term is refused, and what is said of it.
  private func expectRefused<Value: TermConvertible>(
    _ text: String, as type: Value.Type, _ message: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let term = try Term(text: text)
    let error = #expect(throws: TermConversionError.self, sourceLocation: sourceLocation) { _ = try Value(term: term) }
    #expect(error?.description == message, sourceLocation: sourceLocation)
  }

  @Test func truthValues() throws {
    try expect(true, "true")
    try expect(false, "false")
    try expectRefused("1", as: Bool.self, "expected true or false, got an integer")
    try expectRefused("nil", as: Bool.self, "expected true or false, got the atom nil")
  }

  @Test func integersAreHeldToTheirRange() throws {
    try expect(Int.min, "-9223372036854775808")
    try expect(UInt64.max, "18446744073709551615")
    try expect(Int8.min, "-128")
    try expect(UInt8.max, "255")
    try expect(UInt128.max, "340282366920938463463374607431768211455")
    try expect(Int128.min, "-170141183460469231731687303715884105728")
    try expect(-1 - Int128(UInt64.max), "-18446744073709551616")
    try expectRefused("256", as: UInt8.self, "expected an integer from 0 to 255, got one out of range")
    try expectRefused("-129", as: Int8.self, "expected an integer from -128 to 127, got one out of range")
    try expectRefused("-1", as: UInt.self, "expected an integer from 0 to \(UInt.max), got one out of range")
    #expect(throws: TermConversionError.self) { try read("9223372036854775808", as: Int.self) }
    #expect(throws: TermConversionError.self) { try read("-9223372036854775809", as: Int64.self) }
    #expect(throws: TermConversionError.self) { try read("-18446744073709551615", as: UInt64.self) }
    #expect(throws: TermConversionError.self) { try read("340282366920938463463374607431768211456", as: UInt128.self) }
    try expectRefused("1.0", as: Int.self, "expected an integer, got a float")
    try expectRefused("<<\"1\">>", as: Int.self, "expected an integer, got a binary")
  }

  @Test func aBigIntegerThatIsSmallIsStillOne() throws {
    let small = Term.bigInteger(BigInteger(isNegative: true, magnitude: [128]))
    #expect(try Int8(term: small) == -128)
    #expect(throws: TermConversionError.self) { try UInt8(term: small) }
    #expect(try UInt(term: .bigInteger(BigInteger(isNegative: false, magnitude: []))) == 0)
  }

  @Test func floatsTakeIntegersAndAreFinite() throws {
    try expect(21.5, "21.5")
    try expect(Float(0.25), "0.25")
    #expect(try read("3", as: Double.self) == 3)
    #expect(try read("18446744073709551616", as: Double.self) == 0x1p64)
    #expect(try read("-36893488147419103232", as: Float.self) == -0x1p65)
    // 2^64 + 2^11 is halfway between two doubles and goes to the even one; one more tips it over.
    #expect(try read("18446744073709553664", as: Double.self) == 0x1p64)
    #expect(try read("18446744073709553665", as: Double.self) == 0x1.0000000000001p64)
    let huge = Term.bigInteger(BigInteger(isNegative: true, magnitude: [UInt8](repeating: 1, count: 60_000)))
    #expect(throws: TermConversionError.self) { try Double(term: huge) }
    #expect(throws: TermConversionError.self) { try Float(term: .float(1e300)) }
    #expect(throws: TermConversionError.self) { try Double.nan.term }
    let error = #expect(throws: TermConversionError.self) { try ["load": [1, -Double.infinity]].term }
    #expect(error?.description == "at load[1]: expected a finite number, got an infinite one")
    try expectRefused("nil", as: Double.self, "expected a number, got the atom nil")
  }

  @Test func textIsABinaryAndIsReadFromAllThatIsText() throws {
    try expect("", "<<>>")
    try expect("Grüße", "<<\"Gr\\xC3\\xBC\\xC3\\x9Fe\">>")
    #expect(try read("\"caf\\xE9\"") == "café")
    #expect(try read("[8364, 49]") == "€1")
    #expect(try read("[]") == "")
    #expect(try read("completed") == "completed")
    try expectRefused("nil", as: String.self, "expected a text, got the atom nil")
    try expectRefused("true", as: String.self, "expected a text, got the atom true")
    try expectRefused("<<255>>", as: String.self, "expected a text, got a binary that is not UTF-8")
    try expectRefused("[55296]", as: String.self, "expected a text, got a list of 1")
    try expectRefused("[-1]", as: String.self, "expected a text, got a list of 1")
    try expectRefused("{ok,<<\"x\">>}", as: String.self, "expected a text, got a tuple of 2")
  }

  @Test func bytesAreABinary() throws {
    try expect([0, 255] as [UInt8], "<<0,255>>")
    try expect([] as [UInt8], "<<>>")
    try expect([[1], []] as [[UInt8]], "[<<1>>,<<>>]")
    #expect(try read("[1, 2]") == [1, 2] as [UInt8])
    #expect(try read("[]") == [] as [UInt8])
    try expectRefused("[256]", as: [UInt8].self, "at [0]: expected an integer from 0 to 255, got one out of range")
    try expectRefused("1", as: [UInt8].self, "expected a binary, got an integer")
    try expectRefused("<<1>>", as: [Int].self, "expected a list, got a binary")
  }

  @Test func arraysAreLists() throws {
    try expect([1, 2, 3], "[1,2,3]")
    try expect([] as [Int], "[]")
    try expect(["a", "b"], "[<<\"a\">>,<<\"b\">>]")
    try expect([[true], []], "[[true],[]]")
    try expectRefused(
      "[1, 2, <<\"three\">>]", as: [Int].self, "at [2]: expected an integer, got a binary")
    try expectRefused("[1 | 2]", as: [Int].self, "expected a list, got an improper list")
  }

  @Test func dictionariesAreMapsInTheOrderOfTheirKeys() throws {
    try expect(
      ["relay": true, "door": false, "a": true], "#{<<\"a\">> => true,<<\"door\">> => false,<<\"relay\">> => true}")
    try expect([10: "ten", -2: "two", 9: "nine"], "#{-2 => <<\"two\">>,9 => <<\"nine\">>,10 => <<\"ten\">>}")
    let many = Dictionary(uniqueKeysWithValues: (0..<500).map { ("key \($0)", $0) })
    let keys = try #require(many.term.pairs).compactMap { $0.key.binaryBytes }
    #expect(keys.count == 500 && !zip(keys, keys.dropFirst()).contains { !$0.lexicographicallyPrecedes($1) })
    #expect(try read("#{relay => 1, <<\"door\">> => 0}") == ["relay": 1, "door": 0])
    try expectRefused(
      "#{relay => 1, <<\"relay\">> => 0}", as: [String: Int].self, "at relay: expected a key once, got it twice")
    try expectRefused(
      "#{<<\"values\">> => #{<<\"relay\">> => <<\"on\">>}}", as: [String: [String: Int]].self,
      "at values.relay: expected an integer, got a binary")
    try expectRefused("#{1 => 1}", as: [String: Int].self, "expected a text for a key, got an integer")
    try expectRefused("[{relay, 1}]", as: [String: Int].self, "expected a map, got a list of 1")
  }

  @Test func keysThatAreOneInUnicodeAreOneKey() throws {
    let term = Term.map([
      MapPair(.binary(utf8: "e\u{301}"), .integer(1)), MapPair(.binary(utf8: "\u{e9}"), .integer(2)),
    ])
    #expect(throws: TermConversionError.self) { try [String: Int](term: term) }
  }

  @Test func noValueIsNilOrUndefined() throws {
    try expect(5 as Int?, "5")
    try expect(nil as Int?, "nil")
    try expect([1, nil], "[1,nil]")
    #expect(try read("undefined", as: String?.self) == nil)
    try expectRefused("none", as: Int?.self, "expected an integer, got an atom")
  }

  @Test func argumentsAndAnswersThatSayNothing() throws {
    for text in ["#{}", "[]", "nil", "undefined"] { _ = try read(text, as: NoArguments.self) }
    try expectRefused("[1]", as: NoArguments.self, "expected no arguments, got a list of 1")
    #expect(NoArguments().term == .map([]))
    #expect(try read("{error, anything}") == Nothing())
    #expect(Nothing().term == .atom("ok"))
  }

  @Test func argumentsByPosition() throws {
    let arguments = try PositionalArguments("workshop", 5, ["a": true])
    #expect(arguments.term.text() == "[<<\"workshop\">>,5,#{<<\"a\">> => true}]")
    #expect(try arguments(1) == 5)
    let read = try PositionalArguments(term: Term(text: "\"ab\""))
    #expect(try read(0, as: Int.self) == 97)
    let missing = #expect(throws: TermConversionError.self) { try read(2, as: Int.self) }
    #expect(missing?.description == "at [2]: expected an argument, got none")
    #expect(throws: TermConversionError.self) { try read(-1, as: Int.self) }
    #expect(throws: TermConversionError.self) { try PositionalArguments(Double.nan) }
  }

  @Test func errorsTellNoValues() throws {
    let secret = "correct horse battery staple"
    for term in [Term.binary(utf8: secret), .atom(Atom(Array(secret.utf8))), .tuple([.binary(utf8: secret)])] {
      let error = #expect(throws: TermConversionError.self) { try Int(term: term) }
      #expect(!"\(try #require(error))".contains("horse"))
    }
    // Keys are told, but only as much as a line takes and nothing that moves a cursor.
    let key = "\u{1b}[2J" + String(repeating: "x", count: 100_000)
    let error = #expect(throws: TermConversionError.self) {
      try [String: Int](term: .map([MapPair(.binary(utf8: key), .float(1))]))
    }
    let text = try #require(error).description
    #expect(text.utf8.count < 200 && text.utf8.allSatisfy { 0x20..<0x7f ~= $0 }, "\(text)")
  }
}
