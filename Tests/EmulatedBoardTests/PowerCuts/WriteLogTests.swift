import Foundation
import TestKit
import Testing

@Suite struct WriteLogTests {
  @Test func entriesAreReadInOrder() throws {
    let log = try RecordedLog([.write(8, [1, 1]), .flush, .discard(0, 1 << 30), .write(3, [2], durable: true)])
    let read = try log.read()
    #expect(read.entries.map(\.sector) == [8, 0, 0, 3])
    #expect(read.entries.map(\.count) == [2, 0, 1 << 30, 1])
    #expect(read.entries.map(\.flags) == [[], .flush, .discard, .durable])
    #expect(try WriteLog.length(of: log.path) == 4)
  }

  @Test func aLogThatIsCutShortIsRefused() throws {
    let log = try RecordedLog([.write(8, [1, 1]), .write(9, [2])])
    try log.truncate(by: 1)
    #expect(throws: WriteLog.Fault.badEntry(1)) { try log.read() }
    try log.truncate(by: 3 * 512)
    #expect(throws: WriteLog.Fault.badEntry(0)) { try log.read() }
    try log.truncate(by: 2 * 512)
    #expect(throws: WriteLog.Fault.noSuperBlock) { try log.read() }
  }

  @Test func anEntryThatCannotBeOneIsRefused() throws {
    let log = try RecordedLog([.write(8, [1])])
    try log.overwrite(at: 512 + 8, with: [UInt8](repeating: 0xff, count: 8))
    #expect(throws: WriteLog.Fault.badEntry(0)) { try log.read() }
    try log.overwrite(at: 512 + 8, with: [1, 0, 0, 0, 0, 0, 0, 0, 0x40])
    #expect(throws: WriteLog.Fault.badEntry(0)) { try log.read() }
  }

  @Test func aSuperBlockOfAnotherKindIsRefused() throws {
    let log = try RecordedLog([])
    try log.overwrite(at: 24, with: [0, 1, 0, 0])
    #expect(throws: WriteLog.Fault.badSectorSize(256)) { try log.read() }
    try log.overwrite(at: 8, with: [2])
    #expect(throws: WriteLog.Fault.unknownVersion(2)) { try log.read() }
    try log.overwrite(at: 0, with: [0])
    #expect(throws: WriteLog.Fault.noSuperBlock) { try log.read() }
  }
}

@Suite struct PowerCutTests {
  private let record: [RecordedLog.Write] = [
    .write(0, [1]), .write(1, [2]), .flush, .write(0, [3]), .write(1, [4, 4, 4]), .write(0, [5]), .discard(0, 9),
  ]

  @Test func whatWasFlushedIsThereWhateverTheSeed() throws {
    let log = try RecordedLog(record).read()
    for seed in 0..<200 as Range<UInt64> {
      for length in 3...7 {
        let cut = PowerCut(after: length, of: log.entries, seed: seed)
        #expect(cut.durable == 2)
        #expect(
          cut.pieces.prefix(2) == [
            PowerCut.Piece(entry: 0, first: 0, count: 1), PowerCut.Piece(entry: 1, first: 0, count: 1),
          ])
        #expect(cut.pieces.allSatisfy { $0.entry < length && $0.entry != 6 })
      }
    }
  }

  @Test func whatWasNotFlushedIsLostTornOrReordered() throws {
    let log = try RecordedLog(record).read()
    var seen: Set<[Int]> = []
    var torn: Set<UInt64> = []
    for seed in 0..<400 as Range<UInt64> {
      let loose = PowerCut(after: 6, of: log.entries, seed: seed).pieces.dropFirst(2)
      seen.insert(loose.map(\.entry))
      torn.formUnion(loose.filter { $0.entry == 4 }.map(\.count))
    }
    // All three, two or one of them or none, in every order.
    #expect(seen.count == 16)
    #expect(torn == [1, 2, 3])
  }

  @Test func nothingIsKeptBeforeTheFirstFlushButWhatIsDurableItself() throws {
    let log = try RecordedLog([.write(0, [1]), .write(1, [2], durable: true)]).read()
    let kept = (0..<50).map { PowerCut(after: 2, of: log.entries, seed: $0).pieces.map(\.entry) }
    #expect(Set(kept) == [[1], [1, 0]])
  }

  @Test func aSeedDecidesTheSameEachTime() throws {
    let log = try RecordedLog(record).read()
    for seed in 0..<20 as Range<UInt64> {
      #expect(
        PowerCut(after: 6, of: log.entries, seed: seed) == PowerCut(after: 6, of: log.entries, seed: seed))
    }
  }

  @Test func aReplayWritesThePiecesAndNothingElse() throws {
    let log = try RecordedLog(record)
    let image = log.folder.path("image")
    for seed in 0..<50 as Range<UInt64> {
      try Data(repeating: 9, count: 5 * 512).write(to: URL(fileURLWithPath: image))
      let cut = PowerCut(after: 6, of: try log.read().entries, seed: seed)
      try cut.replay(log.read(), to: image)
      var expected: [UInt8] = [9, 9, 9, 9, 9]
      let sectors: [[UInt8]] = [[1], [2], [], [3], [4, 4, 4], [5]]
      for piece in cut.pieces {
        for offset in 0..<Int(piece.count) {
          expected[Int(log.entries[piece.entry].sector) + offset] = sectors[piece.entry][offset]
        }
      }
      let found = try Data(contentsOf: URL(fileURLWithPath: image))
      #expect(found.count == 5 * 512)
      #expect((0..<5).map { found[$0 * 512] } == expected)
      #expect((0..<5).map { found[$0 * 512 + 511] } == expected)
    }
  }
}
