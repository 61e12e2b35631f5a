import ETF
import Testing
import Vectors

@Suite struct TermTextTests {
  @Test(
    arguments: [
      (atom("ok"), "ok"), (atom("hello world"), "'hello world'"), (atom("Elixir.Wifi"), "'Elixir.Wifi'"),
      (atom("wifi.restart"), "'wifi.restart'"), (atom(""), "''"), (atom("end"), "'end'"), (atom("a@B_1"), "a@B_1"),
      (atom("é🦊\u{1B}'"), "'\\xE9\\x{1F98A}\\x1B\\''"), (1, "1"), (-5, "-5"), (.integer(.min), "-9223372036854775808"),
      (.unsigned(.max), "18446744073709551615"), (.float(1), "1.0"), (.float(-1.5e100), "-1.5e+100"),
      (.float(.leastNonzeroMagnitude), "5.0e-324"), (.binary([]), "<<>>"),
      (.binary(utf8: "on\n\"\\"), "<<\"on\\n\\\"\\\\\">>"),
      (.binary(utf8: "é"), "<<\"\\xC3\\xA9\">>"), (.binary([0xFF, 0]), "<<255,0>>"),
      (.binary(utf8: "\u{1B}[2J"), "<<27,91,50,74>>"), (bits([255, 2], 7), "<<255,1:7>>"), (string("abc"), "\"abc\""),
      (.string([1, 2]), "[1,2]"), (.list([]), "[]"), (.list([1, atom("a")]), "[1,a]"),
      (.improperList([1, 2], tail: 3), "[1,2|3]"), (.tuple([]), "{}"), (.tuple([atom("ok"), .list([])]), "{ok,[]}"),
      (.map([]), "#{}"), (.map([MapPair(1, 2), MapPair(atom("k"), .float(0))]), "#{1 => 2,k => 0.0}"),
    ] as [(Term, String)])
  func writesErlangAndReadsItBack(term: Term, text: String) throws {
    #expect(term.text() == text)
    #expect(try Term(text: text) == term)
  }

  @Test(
    arguments: [
      (" { ok , [ 1 , 2 | [ 3 ] ] } ", .tuple([atom("ok"), .string([1, 2, 3])])), ("16#fF", 255), ("2#101", 5),
      ("-16#8000000000000000", .integer(.min)), ("+7", 7), ("1.5E-3", .float(0.0015)),
      ("<< 1 , \"a\" , 2:8 >>", .binary([1, 97, 2])),
      ("<<\"é\">>", .binary(utf8: "é")), ("\"é\"", .string([0xE9])), ("\"€\"", .list([0x20AC])), ("\"\"", .list([])),
      ("#{<<\"a\">>=>1}", .map([MapPair(.binary([97]), 1)])), ("\"\\s\\e\\0\"", .string([32, 27, 0])),
    ] as [(String, Term)])
  func readsWhatPeopleWrite(text: String, term: Term) throws {
    #expect(try Term(text: text) == term)
  }

  @Test(
    arguments: [
      ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("{1", .unexpectedEnd, 2), ("{1 2}", .unexpectedByte, 3),
      ("ok ok", .trailingText, 3), ("X", .unexpectedByte, 0), ("[1|2,3]", .unexpectedByte, 4), ("<<256>>", .number, 2),
      ("<<8:3>>", .number, 2), ("<<1:9>>", .number, 2), ("<<-1>>", .number, 2), ("1.0e999", .number, 0),
      ("1e5", .unexpectedByte, 1), ("40#1", .number, 0), ("1#1", .number, 0), ("16#", .unexpectedEnd, 3),
      ("2#12", .unexpectedByte, 3), ("-", .unexpectedEnd, 1), ("\"\\q\"", .escape, 1), ("<<\"\\x{100}\">>", .escape, 3),
      ("'\\x{D800}'", .escape, 1), ("\"\\x{FFFFFFFFFFFF}\"", .escape, 1), ("end", .atom, 0),
      ("#{1 => 2, 1 => 3}", .duplicateKey, 1),
      ("#{1}", .unexpectedByte, 3), ("'", .unexpectedEnd, 1), ("<<", .unexpectedEnd, 2), ("<<\"a", .unexpectedEnd, 4),
      ("1abc", .unexpectedByte, 1), ("[,]", .unexpectedByte, 1),
    ] as [(String, TermTextError.Kind, Int)])
  func refusesTheRestWithItsPlace(text: String, kind: TermTextError.Kind, offset: Int) {
    #expect(throws: TermTextError(kind: kind, offset: offset)) { try Term(text: text) }
  }

  @Test func boundsHoldForHostileText() {
    #expect(throws: TermTextError(kind: .tooDeep, offset: 129)) {
      try Term(text: String(repeating: "[", count: 100_000))
    }
    #expect(throws: TermTextError(kind: .number, offset: 0)) { try Term(text: String(repeating: "9", count: 5_000)) }
    #expect(throws: TermTextError(kind: .atom, offset: 0)) { try Term(text: String(repeating: "a", count: 256)) }
    #expect(throws: TermTextError(kind: .unexpectedByte, offset: 1)) { try TermText.parse([0x27, 0xFF, 0x27]) }
  }

  @Test func recordedTermsSurviveTheirText() throws {
    for entry in Vectors.peerNet1.list("etf") {
      let term = try Term.decode(entry.bytes("etf"))
      let text = TermText.write(term, limits: .init(length: 1_000_000))
      #expect(text.allSatisfy { 0x20...0x7E ~= $0 })
      #expect(try TermText.parse(text) == term, "\(entry.text("term"))")
    }
  }

  /// Zeros stand where the digits of a number are worked out in groups.
  @Test func powersOfTenAreWrittenWhole() {
    var magnitude: [UInt8] = [1]
    for exponent in 1...300 {
      var carry = 0
      for index in magnitude.indices {
        carry += 10 * Int(magnitude[index])
        magnitude[index] = UInt8(carry & 255)
        carry >>= 8
      }
      if carry > 0 { magnitude.append(UInt8(carry)) }
      let term = Term.integer(BigInteger(isNegative: true, magnitude: magnitude))
      #expect(term.text() == "-1" + String(repeating: "0", count: exponent))
    }
  }

  @Test func limitsCutTheText() {
    let deep: Term = .tuple([.tuple([.tuple([1])])])
    #expect(deep.text(limits: .init(depth: 2)) == "{{{...}}}")
    let long: Term = .list((0..<10_000).map { .integer($0 + 256) })
    #expect(long.text(limits: .init(length: 12)) == "[256,257,258,...]")
    #expect(Term.binary(utf8: String(repeating: "a", count: 100)).text(limits: .init(length: 5)) == "<<\"aa\"...>>")
    #expect(string("aaaaaaaaaa").text(limits: .init(length: 3)) == "\"aa\"...")
    let huge = Term.integer(BigInteger(isNegative: false, magnitude: [UInt8](repeating: 0x1F, count: 1_000)))
    #expect(huge.text(limits: .init(length: 5)) == "16#1F...")
  }
}
