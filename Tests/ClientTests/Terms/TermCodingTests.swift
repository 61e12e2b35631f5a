import ETF
import Foundation
import PeerNetClient
import Testing

private enum Kind: String, Codable { case cellar, roof }

private struct Reading: Codable, TermConvertible, Equatable {
  var sensor: String
  var celsius: Double?
  var raw: [UInt8] = []
  var kind = Kind.cellar
  var history: [Int] = []
  var flags: [String: Bool] = [:]
  var extra: Term?

  enum CodingKeys: String, CodingKey {
    case sensor, celsius, raw, kind, history, flags
    case extra = "more"
  }
}

private struct Station: Codable, TermConvertible, Equatable {
  var name: String
  var readings: [Reading]
  var best: Reading?
}

/// Written by hand, though `Codable` as well.
private struct Level: Codable, TermConvertible, Equatable {
  var isActive: Bool

  init(isActive: Bool) { self.isActive = isActive }

  init(term: Term) throws(TermConversionError) { isActive = try Int(term: term) != 0 }

  var term: Term { .integer(isActive ? 1 : 0) }
}

private indirect enum Tree: Codable, TermConvertible, Equatable {
  case leaf
  case node(Tree, value: Int)
}

private final class Chain: Codable, TermConvertible {
  let next: Chain?
}

/// `Codable` types as terms.
@Suite struct TermCodingTests {
  private let reading = Reading(
    sensor: "a", celsius: 11.5, raw: [0, 255], kind: .roof, history: [1, 2], flags: ["z": true, "b": false],
    extra: .tuple([.atom("ok"), .integer(1)]))

  @Test func aRecordIsAMapOfBinaryKeysInTheirOrder() throws {
    #expect(
      try reading.term.text()
        == """
        #{<<"celsius">> => 11.5,<<"flags">> => #{<<"b">> => false,<<"z">> => true},<<"history">> => [1,2],\
        <<"kind">> => <<"roof">>,<<"more">> => {ok,1},<<"raw">> => <<0,255>>,<<"sensor">> => <<"a">>}
        """)
    #expect(try Reading(term: Term.decode(reading.term.encoded())) == reading)
  }

  /// In Elixir `%{"celsius" => celsius}` matches a map that has the key, be it with nil, and no other.
  @Test func whatIsNilIsThere() throws {
    struct Options: Codable, Equatable, TermConvertible {
      var flag: Bool?, text: String?, double: Double?, float: Float?, int: Int?, bytes: [UInt8]?, deep: [String: Int?]?
      var int8: Int8?, int16: Int16?, int32: Int32?, int64: Int64?, uint: UInt?, uint8: UInt8?, uint16: UInt16?
      var uint32: UInt32?, uint64: UInt64?, kind: Kind?, reading: Reading?
    }
    let pairs = try #require(try Options().term.pairs)
    #expect(pairs.count == 18 && pairs.allSatisfy { $0.value == .atom("nil") })
    #expect(try Options(term: Options().term) == Options())
    let some = Options(text: "a", deep: ["x": nil], uint8: 7)
    #expect(try some.term[binaryKey: "uint8"] == 7 && some.term[binaryKey: "flag"] == .atom("nil"))
    #expect(try Options(term: some.term) == some)
    // A peer that leaves them out is understood as before.
    #expect(try Options(term: .map([])) == Options())
  }

  @Test func elixirsKeysAndWhatIsMissingOrUnknown() throws {
    let term = try Term(
      text: """
        #{'__struct__' => 'Elixir.Reading', sensor => <<"a">>, celsius => nil, raw => [1,2], kind => roof,
          history => "ab", flags => #{up => true}, 17 => 1, {a,b} => 2, <<255>> => 3, later => #{more => stuff}}
        """)
    let reading = try Reading(term: term)
    #expect(
      reading
        == Reading(sensor: "a", raw: [1, 2], kind: .roof, history: [97, 98], flags: ["up": true]))
  }

  @Test func recordsInsideRecords() throws {
    let station = Station(name: "s", readings: [reading, Reading(sensor: "b")], best: Reading(sensor: "c"))
    #expect(try Station(term: Term.decode(station.term.encoded())) == station)
    #expect(try [String: Station](term: ["s": station].term) == ["s": station])
    #expect(try [Station?](term: [station, nil].term) == [station, nil])
  }

  @Test(arguments: [
    ("[]", "expected a map, got an empty list"),
    ("#{}", "at name: expected String, got nothing"),
    ("#{name => <<\"s\">>, readings => [#{}]}", "at readings[0].sensor: expected String, got nothing"),
    ("#{name => <<\"s\">>, readings => 1}", "at readings: expected a list, got an integer"),
    (
      "#{name => <<\"s\">>, readings => [], best => #{sensor => a, raw => <<>>, kind => attic, history => [], flags => #{}}}",
      "at best.kind: expected Kind, got another value"
    ),
    (
      "#{name => <<\"s\">>, readings => [#{sensor => a, celsius => <<>>}]}",
      "at readings[0].celsius: expected a number, got a binary"
    ),
    (
      "#{name => <<\"s\">>, readings => [#{sensor => a, raw => <<>>, kind => roof, history => [1,x]}]}",
      "at readings[0].history[1]: expected an integer, got an atom"
    ),
    ("#{name => a, <<\"name\">> => a}", "at name: expected a key once, got it twice"),
  ])
  func whatDoesNotFitIsSaidWithItsPlace(_ text: String, _ message: String) throws {
    let term = try Term(text: text)
    let error = #expect(throws: TermConversionError.self) { try Station(term: term) }
    #expect(error?.description == message)
  }

  @Test func aTypesOwnTermGoesBeforeItsCoding() throws {
    struct Lines: Codable, TermConvertible, Equatable { var relay: Level; var others: [String: Level] }
    let lines = Lines(relay: Level(isActive: true), others: ["pump": Level(isActive: false)])
    #expect(try lines.term.text() == "#{<<\"others\">> => #{<<\"pump\">> => 0},<<\"relay\">> => 1}")
    #expect(try Lines(term: lines.term) == lines)
    #expect(try TermEncoder().encode(lines.relay) == .integer(1))
    #expect(try TermDecoder().decode(Level.self, from: .integer(1)) == lines.relay)
  }

  @Test func enumerationsWithValues() throws {
    let tree = Tree.node(.node(.leaf, value: 1), value: 2)
    let text = try tree.term.text()
    #expect(
      text.hasPrefix("#{<<\"node\">> => #{<<\"_0\">> => #{<<\"node\">> =>") && text.hasSuffix("<<\"value\">> => 2}}"))
    #expect(try Tree(term: tree.term) == tree)
    #expect(throws: TermConversionError.self) { try Tree(term: .map([])) }
    #expect(throws: TermConversionError.self) { try Tree(term: Term(text: "#{leaf => #{}, node => #{}}")) }
  }

  @Test func theDeepestTermThatADecoderTakesIsRead() throws {
    var tree = Tree.leaf
    for value in 0..<63 { tree = .node(tree, value: value) }
    let bytes = try tree.term.encoded()
    #expect(try Tree(term: Term.decode(bytes)) == tree)
    let deeper = try Tree.node(.node(tree, value: 63), value: 64).term.encoded()
    #expect(throws: ETFDecodingError.self) { try Term.decode(deeper) }
  }

  /// A level of a term costs the reader a level of recursion, and a peer says how many there are.
  @Test func theDeepestRecordTakesLittleStack() async throws {
    var term = Term.map([MapPair(.binary(utf8: "next"), .atom("nil"))])
    for _ in 1..<DecodingLimits().depth { term = .map([MapPair(.binary(utf8: "next"), term)]) }
    let deepest = try Term.decode(term.encoded())
    let depth = await withCheckedContinuation { continuation in
      let thread = Thread {
        var chain = try? Chain(term: deepest)
        let again = (try? chain?.term) == deepest
        var depth = 0
        while let link = chain { (chain, depth) = (link.next, depth + 1) }
        continuation.resume(returning: again ? depth : -1)
      }
      // As little as any thread of an app has.
      thread.stackSize = 512 * 1_024
      thread.start()
    }
    #expect(depth == DecodingLimits().depth)
  }

  /// By containers of its own, of each kind.
  private struct Handmade: Codable, TermConvertible, Equatable {
    var pair: [Int] = [1, 2]
    var rest: [String?] = ["a", nil]
    var base = "base"

    enum CodingKeys: CodingKey { case pair, inner }
    enum InnerKeys: CodingKey { case rest }

    init() {}

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      var list = try container.nestedUnkeyedContainer(forKey: .pair)
      pair = []
      while !list.isAtEnd { pair.append(try list.decode(Int.self)) }
      var inner = try container.nestedContainer(keyedBy: InnerKeys.self, forKey: .inner)
        .nestedUnkeyedContainer(forKey: .rest)
      rest = [try inner.decode(String.self), try inner.decodeNil() ? nil : try inner.decode(String.self)]
      base = try String(from: container.superDecoder())
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      var list = container.nestedUnkeyedContainer(forKey: .pair)
      for number in pair { try list.encode(number) }
      var nested = container.nestedContainer(keyedBy: InnerKeys.self, forKey: .inner)
      var inner = nested.nestedUnkeyedContainer(forKey: .rest)
      try inner.encode(rest[0])
      try inner.encodeNil()
      try base.encode(to: container.superEncoder())
    }
  }

  @Test func containersByHand() throws {
    let term = try Handmade().term
    #expect(
      term.text()
        == "#{<<\"inner\">> => #{<<\"rest\">> => [<<\"a\">>,nil]},<<\"pair\">> => [1,2],<<\"super\">> => <<\"base\">>}")
    #expect(try Handmade(term: term) == Handmade())
    let short = try Term(text: "#{pair => [], inner => #{rest => []}, super => x}")
    let error = #expect(throws: TermConversionError.self) { try Handmade(term: short) }
    #expect(error?.description == "at inner.rest[0]: expected String, got the end of the list")
  }

  @Test func aTypeThatWritesNothingOrTooMuchIsAnError() {
    struct Silent: Encodable { func encode(to encoder: any Encoder) {} }
    struct Torn: Encodable {
      func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        try list.encode(1)
        var value = encoder.singleValueContainer()
        try value.encode(2)
      }
    }
    #expect(throws: TermConversionError(expected: "a value", found: "none")) { try TermEncoder().encode(Silent()) }
    #expect(throws: TermConversionError(expected: "one value", found: "several in the same place")) {
      try TermEncoder().encode(Torn())
    }
    #expect(throws: TermConversionError.self) {
      try Station(name: "s", readings: [Reading(sensor: "x", celsius: .nan)]).term
    }
  }
}
