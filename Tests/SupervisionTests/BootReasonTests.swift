import Supervision
import Testing

@Suite struct BootReasonTests {
  private static let why = Array("agent was silent for 30 s".utf8)

  @Test(arguments: [ResetRecord.running, .reboot(detail: why), .powerOff(detail: why), .watchdog(detail: why)])
  func aRecordComesBackAsItWas(_ record: ResetRecord) { #expect(ResetRecord(record.bytes) == record) }

  @Test(arguments: [ResetRecord.running, .reboot(detail: why), .powerOff(detail: why), .watchdog(detail: why)])
  func aTornRecordIsNone(_ record: ResetRecord) {
    for length in 0..<record.bytes.count { #expect(ResetRecord(Array(record.bytes.prefix(length))) == nil) }
    #expect(ResetRecord(record.bytes + [0]) == nil)
    #expect(ResetRecord([UInt8](repeating: 0, count: record.bytes.count)) == nil)
  }

  @Test func aRecordIsBoundedAndOfPrintableText() {
    let hostile = [UInt8](repeating: 10, count: 100) + [UInt8](repeating: 0xff, count: 1000)
    let record = ResetRecord.watchdog(detail: hostile)
    #expect(record.bytes.count <= ResetRecord.maximumSize)
    #expect(ResetRecord(record.bytes) == .watchdog(detail: [UInt8](repeating: UInt8(ascii: "?"), count: 256)))
    #expect(ResetRecord([UInt8](repeating: 65, count: 100_000)) == nil)
    #expect(ResetRecord(Array("reboot\n\u{1}\nend\n".utf8)) == nil)
    #expect(ResetRecord(Array("vanished\n\nend\n".utf8)) == nil)
  }

  /// Every combination of what the record and the device say.
  @Test(arguments: [
    (BootReason.Finding.absent, false, "power", "no record of an earlier run"),
    (.absent, true, "watchdog", "the device says so; no record tells why"),
    (.torn, false, "panic-or-power", "the last run's record is damaged"),
    (.torn, true, "watchdog", "the device says so; no record tells why"),
    (.lost, false, "power", "the record of the last run is lost with the data partition"),
    (.lost, true, "watchdog", "the device says so; no record tells why"),
    (
      .found(.running), false, "panic-or-power",
      "the last run ended without a word: power cut, crash of the kernel, or a hang"
    ),
    (.found(.running), true, "watchdog", "process 1 itself fell silent: the kernel crashed, or all of it hung"),
    (.found(.reboot(detail: why)), false, "reboot", "agent was silent for 30 s"),
    (.found(.reboot(detail: why)), true, "reboot", "agent was silent for 30 s; the watchdog ended it"),
    (.found(.powerOff(detail: why)), false, "poweroff", "agent was silent for 30 s"),
    (.found(.powerOff(detail: why)), true, "poweroff", "agent was silent for 30 s; the watchdog ended it"),
    (.found(.watchdog(detail: why)), false, "watchdog", "agent was silent for 30 s"),
    (.found(.watchdog(detail: why)), true, "watchdog", "agent was silent for 30 s"),
  ])
  func bothWitnessesAreHeard(_ finding: BootReason.Finding, _ device: Bool, _ token: String, _ detail: String) {
    let reason = BootReason(finding, watchdogReset: device)
    #expect("\(reason.token)" == token)
    #expect(String(decoding: reason.detail, as: UTF8.self) == detail)
  }

  @Test func factsAreLinesThatNoValueCanForge() {
    let reason = BootReason(.found(.reboot(detail: Array("x\ndata=forged".utf8))), watchdogReset: false)
    let facts = BoardFacts(reason: reason, data: Array("repaired".utf8), dataDetail: Array("e2fsck\nexit 1".utf8))
    #expect(
      String(decoding: facts.bytes, as: UTF8.self) == """
        boot.reason=reboot
        boot.detail=x?data=forged
        data=repaired
        data.detail=e2fsck?exit 1

        """)
    #expect(BoardFacts.value(of: "data", in: facts.bytes) == Array("repaired".utf8))
    #expect(BoardFacts.value(of: "data.detail", in: facts.bytes) == Array("e2fsck?exit 1".utf8))
    #expect(BoardFacts.value(of: "dat", in: facts.bytes) == nil)
    #expect(BoardFacts.value(of: "a", in: Array("=\na\na=b=c".utf8)) == Array("b=c".utf8))
  }
}
