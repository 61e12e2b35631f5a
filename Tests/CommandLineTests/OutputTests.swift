import Admin
import Boards
import ETF
import PeerNet
import PeerNetClient
import Sodium
import Testing

@testable import peernet

@Suite struct OutputTests {
  @Test(arguments: [
    ("plain text", "plain text"), ("Küche ☕ 部屋", "Küche ☕ 部屋"), ("a\u{1b}[2Jb", "a\\u{001B}[2Jb"),
    ("tab\tnewline\nend", "tab\\u{0009}newline\\u{000A}end"), ("evil\u{202e}txt", "evil\\u{202E}txt"),
    ("zero\u{200b}width", "zero\\u{200B}width"), ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
    ("back\\slash", "back\\\\slash"),
    ("\u{9b}31m", "\\u{009B}31m"), ("\u{2028}", "\\u{2028}"), ("\u{e000}", "\\u{E000}"), ("\u{a0}", "\\u{00A0}"),
    ("\u{e0041}", "\\u{E0041}"), ("\u{3164}", "\\u{3164}"),
  ]) func hostileTextIsEscaped(text: String, expected: String) {
    #expect(Printable.text(text) == expected)
  }

  @Test(
    arguments: [
      ([0xff], "\\xFF"), ([0x61, 0xc3], "a\\xC3"), ([0xed, 0xa0, 0x80], "\\xED\\xA0\\x80"),
      ([0xc0, 0xaf, 0x62], "\\xC0\\xAFb"),
      ([], ""),
    ] as [([UInt8], String)]) func bytesThatAreNoTextAreEscaped(bytes: [UInt8], expected: String)
  {
    #expect(Printable.text(bytes) == expected)
  }

  @Test func jsonIsOneSafeLine() {
    let json = JSON.object([
      ("a\"b", .string("x\n\u{1b}\u{202e}\\")), ("n", .null), ("t", .bool(true)), ("i", .integer(-5)),
      ("d", .number(1.5)),
      ("tag", .string("\u{e0041}")), ("l", .array([.string("é")])),
    ])
    #expect(
      json.line
        == #"{"a\"b":"x\n\u001B\u202E\\","n":null,"t":true,"i":-5,"d":1.5,"tag":"\uDB40\uDC41","l":["é"]}"#)
  }

  @Test(arguments: [
    ("#{<<\"a\">> => true, b => nil}", #"{"a":true,"b":null}"#),
    ("#{<<\"a\">> => 1, a => 2}", #"{"map":[["a",1],["a",2]]}"#),
    ("#{1 => 2}", #"{"map":[[1,2]]}"#), ("{ok, [1,2]}", #"{"tuple":["ok",[1,2]]}"#), ("<<255,0>>", #"{"hex":"ff00"}"#),
    ("9007199254740993", #""9007199254740993""#), ("[a|b]", #"{"list":["a"],"tail":"b"}"#),
    ("123456789012345678901234567890", #""123456789012345678901234567890""#), ("1.5", "1.5"), ("[]", "[]"),
    ("undefined", "null"), ("\"hi\"", "[104,105]"),
  ]) func termsAsJSON(text: String, expected: String) throws {
    #expect(JSON(try Term(text: text)).line == expected)
  }

  @Test func reportsJoinNestedNames() throws {
    let report = Report(
      try Term(
        text: "#{<<\"k\">> => #{<<\"rss_kib\">> => 7}, <<\"e\\x1B\">> => [<<\"a\">>,b], <<\"uptime\">> => 90061}"))
    #expect(report.rows.map(\.name) == ["k.rss", "e\\u{001B}", "uptime"])
    #expect(report.rows.map(\.value) == ["7 KiB", "a, b", "1 d 1 h"])
  }

  /// A time is one where the reader is; to a script it stays a number.
  @Test func timesAreThoseOfTheReader() async throws {
    let term = try Term(text: "#{<<\"time\">> => 1796003691, <<\"at\">> => 0, <<\"last\">> => #{<<\"at\">> => -1}}")
    #expect(JSON(term).line == #"{"time":1796003691,"at":0,"last":{"at":-1}}"#)
    let laptop = try Laptop()
    let board = try await AnsweringBoard(48, trusting: laptop.key(), ["system.info": { _ in term }])
    try await board.pair(laptop)
    for (zone, time) in [
      ("UTC0", "2026-11-30 01:54:51 +00:00"), ("IST-5:30", "2026-11-30 07:24:51 +05:30"),
      ("BRT3", "2026-11-29 22:54:51 -03:00"),
    ] {
      let info = try await laptop.run("info", "board", environment: ["TZ": zone])
      #expect(info.output.contains("time     \(time)\n"), "\(info.output)")
      #expect(info.output.hasSuffix("last.at  -1\n"))
    }
    await board.node.stop()
  }

  @Test func tablesAlign() {
    var table = Table(["a", "bbb", "c"])
    table.rows = [["1234", "é", "x"], ["", "22", "yy"]]
    #expect(table.lines == ["a     bbb  c", "1234  é    x", "      22   yy"])
    #expect(Table(["a"]).lines.isEmpty)
  }
}

@Suite struct NamingTests {
  static func key(_ index: UInt8) -> PublicKey { TestBoard.identity(index).publicKey }

  static func list() throws -> TrustList {
    var list = TrustList()
    for index in 1...40 as ClosedRange<UInt8> {
      try list.add(TrustEntry(key: key(index), label: Array("board\(index)".utf8)))
    }
    return list
  }

  @Test func aPeerIsNamedInFourWays() throws {
    let list = try Self.list()
    let entry = list.entries[6]
    #expect(try list.peer(named: "board7") == entry)
    #expect(try list.peer(named: entry.key.description) == entry)
    #expect(try list.peer(named: String(entry.key.description.prefix(8)).lowercased()) == entry)
    #expect(try list.peer(named: String(entry.key.fingerprintText.prefix(9)).uppercased()) == entry)
  }

  @Test(arguments: ["", "nobody", "boar"]) func nobodyOfThatName(name: String) throws {
    let list = try Self.list()
    let failure = #expect(throws: CommandError.self) { try list.peer(named: name) }
    #expect(failure?.status == .unknownPeer)
  }

  @Test func tooFewCharactersNameNobody() throws {
    let list = try Self.list()
    let key = list.entries[0].key
    for name in [String(key.fingerprintText.prefix(3)), String(key.description.prefix(3))] {
      #expect(throws: CommandError.self) { try list.peer(named: name) }
    }
  }

  @Test func anAmbiguousNameListsWhoIsMeant() throws {
    // Two keys whose first six characters are the same.
    var list = TrustList()
    let first = PublicKey([UInt8](repeating: 0, count: 31) + [1])!
    let second = PublicKey([UInt8](repeating: 0, count: 31) + [2])!
    try list.add(TrustEntry(key: first, label: Array("one".utf8)))
    try list.add(TrustEntry(key: second, label: Array("two".utf8)))
    let failure = #expect(throws: CommandError.self) { try list.peer(named: "AAAAAA") }
    #expect(failure?.line.contains("one \(first.fingerprintText), two \(second.fingerprintText)") == true)
    #expect(throws: CommandError.self) { try list.peer(named: "AAAAA") }
  }

  private static func sighting(_ number: Int, by source: Sighting.Source, port: UInt16 = 1) -> Sighting {
    let key = PublicKey([UInt8](repeating: 9, count: 24) + (0..<8).map { UInt8(number >> (56 - 8 * $0) & 255) })!
    return Sighting(
      key: key, endpoint: Endpoint(ipv4: 1, port: port), source: source, at: Instant(nanoseconds: 0))
  }

  @Test func whatStrangersAnnounceIsBounded() {
    let start = ContinuousClock.now
    for (ofOneKey, rows) in [(true, Sightings.maximumOfKey), (false, Sightings.maximum)] {
      var seen = Sightings(labels: [:])
      for port in 1...2_000 as ClosedRange<UInt16> {
        let sighting = Self.sighting(ofOneKey ? 1 : Int(port), by: .announce, port: port)
        #expect(seen.add(sighting, at: start + .milliseconds(Int(port))) != nil)
        #expect(seen.add(sighting, at: start + .milliseconds(Int(port))) == nil)
      }
      #expect(seen.table(at: start + .seconds(5)).rows.count == rows)
    }
  }

  /// A thousand keys a second are announced, and three boards have answered or are trusted.
  @Test func aFloodOfAnnouncesHidesNeitherAnswersNorTrustedKeys() {
    let start = ContinuousClock.now
    let kept = [Self.sighting(-1, by: .answer), Self.sighting(-2, by: .announce), Self.sighting(-3, by: .answer)]
    var seen = Sightings(labels: [kept[1].key: Array("trusted".utf8)])
    for number in 0..<6_000 {
      _ = seen.add(Self.sighting(number, by: .announce), at: start + .milliseconds(number))
      // The trusted one is announced at other addresses as well, but it has answered at its own.
      _ = seen.add(Self.sighting(-2, by: .announce, port: UInt16(2 + number)), at: start + .milliseconds(number))
      if number == 100 {
        for sighting in kept.prefix(2) { #expect(seen.add(sighting, at: start + .milliseconds(number)) != nil) }
      }
      if number == 200 { _ = seen.add(Self.sighting(-2, by: .answer), at: start) }
      if number == 3_000 { #expect(seen.add(kept[2], at: start + .seconds(3)) != nil) }
    }
    let rows = seen.table(at: start + .seconds(9)).rows
    #expect(rows.count == Sightings.maximum)
    for sighting in kept {
      #expect(rows.contains { $0[2] == sighting.endpoint.description && $0[4] == sighting.key.description })
    }
  }
}
