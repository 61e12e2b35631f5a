import Settings
import Testing

@testable import Ini

@Suite struct IniFileTests {
  private func settings(_ text: String) throws -> [Setting] { try IniFile(Array(text.utf8)).settings }

  private func fault(_ bytes: [UInt8]) -> IniFault? {
    do throws(IniFault) {
      _ = try IniFile(bytes)
      return nil
    } catch {
      return error
    }
  }

  private func setting(_ section: String, _ key: String, _ value: String, _ line: Int) -> Setting {
    Setting(section: Array(section.utf8), key: Array(key.utf8), value: Array(value.utf8), line: line)
  }

  @Test func settingsComeInOrderWithTheirLines() throws {
    let text = """
      # a comment
      top = 1

      [board]
      name = Pump house   ; trailing
      [gpio pump]
      line: GPIO17
      empty =
      """
    #expect(
      try settings(text) == [
        setting("", "top", "1", 2), setting("board", "name", "Pump house", 5),
        setting("gpio pump", "line", "GPIO17", 7), setting("gpio pump", "empty", "", 8),
      ])
  }

  @Test func anIndentedLineIsASettingOfItsOwn() throws {
    #expect(
      try settings("a = 1\n  b = 2\r\n\t c = 3") == [
        setting("", "a", "1", 1), setting("", "b", "2", 2), setting("", "c", "3", 3),
      ])
  }

  @Test func bytesAboveASCIIAreKept() throws {
    #expect(try settings("\u{FEFF}name = Küche") == [setting("", "name", "Küche", 1)])
  }

  @Test func nothingIsAnEmptyFile() throws {
    #expect(try settings("") == [])
    #expect(try settings("\n\n# only talk\n[empty]\n") == [])
  }

  @Test func whatCannotBeReadIsNamedByLine() {
    #expect(fault(Array("a = 1\nwhat\nb = 2\never".utf8)) == IniFault(line: 2, reason: .notASetting))
    #expect(fault(Array("a = 1\n[open\n".utf8)) == IniFault(line: 2, reason: .notASetting))
    #expect(fault(Array("\n = 1\n".utf8)) == IniFault(line: 2, reason: .emptyKey))
    #expect(fault(Array("what\n = 1\n".utf8)) == IniFault(line: 1, reason: .notASetting))
    #expect(fault(Array("a = 1\nb = ".utf8) + [0x41, 0, 0x42]) == IniFault(line: 2, reason: .zeroByte))
  }

  @Test func whatInihWouldCutShortIsRefused() throws {
    let longest = String(repeating: "x", count: 194)
    #expect(try settings("a = \(longest)\nb = 2").map(\.value.count) == [194, 1])
    #expect(fault(Array("a = \(longest)x\nb = 2".utf8)) == IniFault(line: 1, reason: .lineTooLong))

    let section = String(repeating: "s", count: IniFile.maximumSectionLength)
    #expect(try settings("[\(section)]\na = 1").first?.section.count == 49)
    #expect(fault(Array("[\(section)s]\na = 1".utf8)) == IniFault(line: 1, reason: .sectionTooLong))
    #expect(fault([UInt8](repeating: 0x0A, count: IniFile.maximumSize + 1)) == IniFault(line: 0, reason: .tooLarge))
  }

  @Test func noBytesTrap() {
    var state: UInt64 = 0x2545_F491_4F6C_DD1D
    for _ in 0..<2_000 {
      let bytes = (0..<200).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Array("[]=:;#\n\r\t a\u{0}é".utf8)[Int(state >> 33) % 14]
      }
      _ = fault(bytes)
    }
  }
}
