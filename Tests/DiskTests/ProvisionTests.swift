import Disk
import Sodium
import Testing

struct ProvisionTests {
  private let provision = Provision([
    Provision.Entry(name: Array("hostname".utf8), contents: Array("g-07".utf8))!,
    Provision.Entry(name: Array("later".utf8), contents: [])!,
    Provision.Entry(name: Array("trust".utf8), contents: [1, 2, 3])!,
  ])

  private let empty = [UInt8](repeating: 0, count: Provision.maximumByteCount)

  @Test func aRecordIsReadAsItWasWritten() throws {
    let record = try provision.encode()
    #expect(Array(record[..<16]) == Array("PNPROV1\n".utf8) + [UInt8(record.count - 48), 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(record[16..<48]) == SHA256.hash(Array(record[48...])).bytes)
    #expect(Array(record[48..<65]) == [8] + Array("hostname".utf8) + [4, 0, 0, 0] + Array("g-07".utf8))
    let read = try Provision.decode(record + empty[record.count...])
    #expect(read == provision)
    #expect(read.contents(Provision.hostname) == Array("g-07".utf8))
    #expect(read.contents(Provision.identity) == nil)
    #expect(try Provision.decode(Provision([]).encode()) == Provision([]))
  }

  @Test func everyByteCounts() throws {
    let record = try provision.encode()
    for index in record.indices {
      var changed = record
      changed[index] ^= 0x40
      #expect(throws: ProvisionFault.self, "byte \(index)") { try Provision.decode(changed) }
    }
    for count in record.indices {
      #expect(throws: ProvisionFault.self) { try Provision.decode(Array(record[..<count])) }
    }
  }

  /// A payload of any bytes, under the right checksum.
  private func decode(payload: [UInt8], length: [UInt8]? = nil) throws -> Provision {
    let count = UInt8(payload.count)
    return try Provision.decode(
      Array("PNPROV1\n".utf8) + (length ?? [count, 0, 0, 0]) + [0, 0, 0, 0] + SHA256.hash(payload).bytes + payload)
  }

  @Test func entriesThatRunBeyondTheEndAreRefused() throws {
    for payload: [UInt8] in [
      [0, 0, 0, 0, 0], [1], [1, 97], [1, 97, 0, 0, 0], [1, 97, 1, 0, 0, 0], [1, 97, 255, 255, 255, 255, 0], [255, 97],
      [1, 97, 0, 0, 0, 0, 1],
    ] {
      #expect(throws: ProvisionFault.malformed, "\(payload)") { try decode(payload: payload) }
    }
    #expect(throws: ProvisionFault.tooLarge) { try decode(payload: [], length: [255, 255, 255, 255]) }
    #expect(throws: ProvisionFault.tooLarge) { try decode(payload: [], length: [1, 0, 0, 0]) }
  }

  @Test func theFirstValidCopyCounts() throws {
    let record = try provision.encode()
    let other = try Provision([]).encode()
    var broken = record
    broken[60] ^= 1
    #expect(try Provision.decode(first: record, second: other) == provision)
    #expect(try Provision.decode(first: broken, second: record) == provision)
    #expect(try Provision.decode(first: empty, second: record) == provision)
    #expect(try Provision.decode(first: empty, second: empty) == nil)
    #expect(throws: ProvisionFault.checksum) { try Provision.decode(first: broken, second: empty) }
    #expect(throws: ProvisionFault.checksum) { try Provision.decode(first: empty, second: broken) }
  }

  @Test func aRecordFitsItsArea() throws {
    let room = Provision.maximumByteCount - 48 - 1 - 1 - 4
    let fits = Provision([Provision.Entry(name: [97], contents: [UInt8](repeating: 1, count: room))!])
    #expect(try fits.encode().count == Provision.maximumByteCount)
    #expect(try Provision.decode(fits.encode()) == fits)
    let over = Provision([Provision.Entry(name: [97], contents: [UInt8](repeating: 1, count: room + 1))!])
    #expect(throws: ProvisionFault.tooLarge) { try over.encode() }
    #expect(Provision.Entry(name: [], contents: []) == nil)
    #expect(Provision.Entry(name: [UInt8](repeating: 97, count: 256), contents: []) == nil)
  }
}
