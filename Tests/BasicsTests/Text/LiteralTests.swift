import Basics
import TestKit
import Testing

@Suite struct LiteralTests {
  @Test func bytesAreComparedWithLiterals() {
    #expect(utf8("abc").equals("abc") && utf8("abc")[1...].equals("bc"))
    #expect(!utf8("abc").equals("ab") && !utf8("ab").equals("abc") && !utf8("").equals("a"))
    #expect(utf8("abc").hasPrefix("ab") && utf8("abc").hasPrefix(""))
    #expect(!utf8("a").hasPrefix("ab"))
    switch utf8("stop") {
    case "start": Issue.record("another word")
    case "stop": break
    default: Issue.record("the word itself")
    }
  }

  @Test func wordsAndParts() {
    #expect(utf8("  a\tbc  d ").words.map(string) == ["a", "bc", "d"])
    #expect(utf8(" a , ,b\t").parts(separatedBy: Ascii.comma).map(string) == ["a", "", "b"])
  }

  @Test func foreignTextIsEscaped() {
    func escaped(_ text: String, limit: Int = 128) -> String {
      var line: [UInt8] = []
      line.append(escaped: utf8(text), limit: limit)
      return string(line)
    }
    #expect(escaped("plain") == "plain")
    #expect(escaped("") == "\"\"")
    #expect(escaped("a b") == "\"a b\"")
    #expect(escaped("a\"b\\c=\u{1b}\n") == #""a\"b\\c=\x1b\x0a""#)
    #expect(escaped("abcdef", limit: 3) == "abc...")
    #expect(utf8("a\u{1b}é").printable == utf8("a???"))
  }

  @Test func theFirstWrongByteOfUTF8IsFound() {
    #expect(UTF8Text.firstFault(in: utf8("é€𝄞")[...]) == nil)
    #expect(UTF8Text.firstFault(in: [0x61, 0xc0, 0x80]) == 1)
    #expect(UTF8Text.firstFault(in: ([0x61, 0x62, 0xe2, 0x82] as [UInt8])[1...]) == 2)
    #expect(UTF8Text.firstFault(in: [0xed, 0xa0, 0x80]) == 0)
    #expect(UTF8Text.firstFault(in: [0xf4, 0x90, 0x80, 0x80]) == 0)
  }
}
