import PeerNet
import Supervision
import Testing

@Suite struct LogTests {
  private func text(_ lines: [[UInt8]]) -> [String] { lines.map { String(decoding: $0, as: UTF8.self) } }

  @Test func linesComeTogetherFromPieces() {
    var buffer = LineBuffer()
    #expect(text(buffer.take(Array("one\r\ntw".utf8))) == ["one"])
    #expect(text(buffer.take(Array("o\n\n\nthree\u{1b}[2J".utf8))) == ["two"])
    #expect(buffer.rest() == Array("three?[2J".utf8))
    #expect(buffer.rest() == nil)
  }

  @Test func aLineWithoutAnEndIsBounded() {
    var buffer = LineBuffer()
    var lines: [[UInt8]] = []
    for _ in 0..<1000 { lines += buffer.take([UInt8](repeating: 65, count: 100)) }
    #expect(lines.count == 100_000 / LineBuffer.maximumLength)
    #expect(lines.allSatisfy { $0.count == LineBuffer.maximumLength })
    #expect((buffer.rest()?.count ?? 0) < LineBuffer.maximumLength)
  }

  @Test func aFloodIsCutAndTheRestTold() {
    var budget = LineBudget()
    let start = Instant(nanoseconds: 1_000_000_000_000)
    var written = 0
    for _ in 0..<10_000 where budget.take(at: start).isAllowed { written += 1 }
    #expect(written == Int(LineBudget.burst))
    let later = budget.take(at: start + .milliseconds(100))
    #expect(later.isAllowed && later.dropped == 10_000 - LineBudget.burst)
    let next = budget.take(at: start + .milliseconds(200))
    #expect(next.isAllowed && next.dropped == 0)
  }

  @Test func whatChangedTheBoardIsNotCut() {
    var budget = LineBudget()
    let start = Instant(nanoseconds: 1_000_000_000_000)
    for _ in 0..<10_000 { _ = budget.take(at: start) }
    #expect(!budget.take(at: start).isAllowed)
    for _ in 0..<1_000 { #expect(budget.take(at: start, mustStay: true).isAllowed) }
    #expect(LogLine.isNotice(Array("<5>call.served".utf8)) && LogLine.isNotice(Array("<3>x".utf8)))
    for line in ["<6>call.served", "<5", "5", "", "call.served <5>"] { #expect(!LogLine.isNotice(Array(line.utf8))) }
  }

  @Test(arguments: [
    ("<3>bad", "bad", true), ("<4>warned", "warned", true), ("<5>told", "told", false), ("<8>x", "<8>x", false),
    ("<3", "<3", false), ("<3>", "", true), ("plain", "plain", false), ("", "", false),
  ])
  func aPriorityIsTakenOff(_ line: String, _ rest: String, _ isWarning: Bool) {
    let read = LogLine(name: [], Array(line.utf8))
    #expect(String(decoding: read.text, as: UTF8.self) == rest)
    #expect(read.isWarning == isWarning)
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (951_868_799, "2000-02-29T23:59:59Z"),
    (1_709_164_800, "2024-02-29T00:00:00Z"), (1_767_225_599, "2025-12-31T23:59:59Z"),
    (4_107_542_400, "2100-03-01T00:00:00Z"), (-5, "1970-01-01T00:00:00Z"), (.max, "9999-12-31T23:59:59Z"),
  ])
  func aDateIsRight(_ seconds: Int64, _ date: String) {
    let line = LogLine(name: Array("a".utf8), Array("b".utf8))
    let bytes = line.bytes(date: seconds, uptime: Instant(nanoseconds: 12_034_999_999))
    #expect(String(decoding: bytes, as: UTF8.self) == "\(date) 12.034 a: b\n")
  }
}
