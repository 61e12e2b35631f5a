import Disk
import Sodium
import Testing

struct RevocationLogTests {
  private let first = PublicKey(1, 2, 3, 4)
  private let second = PublicKey(5, 6, 7, 8)

  private func area(_ records: [[UInt8]]) -> [UInt8] {
    var area = [UInt8](repeating: 0, count: 4096)
    for (index, record) in records.enumerated() { area.replaceSubrange(index * 64..<(index + 1) * 64, with: record) }
    return area
  }

  @Test func aRecordHasItsForm() {
    let record = RevocationLog.record(first, at: 0x0102_0304)
    #expect(record.count == 64)
    #expect(Array(record[..<8]) == Array("RVK1".utf8) + [0, 0, 0, 0])
    #expect(Array(record[8..<40]) == first.bytes)
    #expect(Array(record[40..<48]) == [4, 3, 2, 1, 0, 0, 0, 0])
    #expect(record[48...].elementsEqual(SHA256.hash(Array(record[..<48])).bytes[..<16]))
  }

  @Test func recordsAreFoundAndTheNextPlaceIsBehindThem() {
    let log = RevocationLog(scanning: area([first, second, first].map { RevocationLog.record($0, at: 9) }))
    #expect(log.keys == [first, second, first])
    #expect(log.firstFree == 192)
    #expect(log.contains(second))
    #expect(!log.contains(PublicKey(0, 0, 0, 0)))
  }

  @Test func anEmptyAreaRevokesNobody() {
    let log = RevocationLog(scanning: [UInt8](repeating: 0, count: RevocationLog.byteCount))
    #expect(log.keys.isEmpty)
    #expect(log.firstFree == 0)
    #expect(RevocationLog(scanning: []).firstFree == nil)
    #expect(RevocationLog(scanning: [1, 2, 3]).keys.isEmpty)
  }

  @Test func aFullAreaHasNoPlaceLeft() {
    let area = [UInt8](repeating: 0xff, count: RevocationLog.byteCount)
    #expect(RevocationLog(scanning: area).firstFree == nil)
  }

  /// A record that the power cut tore neither counts nor hides those before and behind it.
  @Test func tornRecordsArePassedOver() {
    let whole = RevocationLog.record(first, at: 1)
    let next = RevocationLog.record(second, at: 2)
    for cut in 0..<64 {
      let torn = Array(whole[..<cut]) + [UInt8](repeating: 0, count: 64 - cut)
      let log = RevocationLog(scanning: area([torn]))
      #expect(log.keys.isEmpty)
      #expect(log.firstFree == (cut == 0 ? 0 : 64))
      let later = RevocationLog(scanning: area([torn, next]))
      #expect(later.keys == [second])
      #expect(later.firstFree == (cut == 0 ? 0 : 128))
    }
  }

  @Test func everyByteOfARecordCounts() {
    let record = RevocationLog.record(first, at: 1)
    for index in record.indices {
      var changed = record
      changed[index] ^= 1
      #expect(RevocationLog(scanning: area([changed])).keys.isEmpty)
    }
  }
}
