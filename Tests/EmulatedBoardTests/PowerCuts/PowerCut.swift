import Foundation
import Sodium

/// What a disk holds after the power failed: all that was flushed, and of the rest any part in any order.
struct PowerCut: Equatable {
  /// A run of sectors of one entry of the log.
  struct Piece: Equatable {
    let entry: Int
    /// The first sector, counted from the entry's own.
    let first: UInt64
    let count: UInt64
  }

  /// In the order in which they reach the disk.
  let pieces: [Piece]
  /// How many of the log's first entries are whole, since a flush came after them.
  let durable: Int

  /// The power fails when the disk is done with the first `length` entries. What of those since the last flush survives,
  /// in which order, and how much of the one that was being written, `seed` decides.
  init(after length: Int, of entries: [WriteLog.Entry], seed: UInt64) {
    let taken = entries.prefix(length)
    // An entry that flushes keeps what came before it; its own data are safe only when it says so.
    let flush = taken.lastIndex { $0.flags.contains(.flush) } ?? 0
    var pieces: [Piece] = []
    var loose: [Piece] = []
    for (index, entry) in taken.enumerated() where entry.count > 0 && entry.flags.isDisjoint(with: [.discard, .mark]) {
      let piece = Piece(entry: index, first: 0, count: entry.count)
      if index < flush || entry.flags.contains(.durable) { pieces.append(piece) } else { loose.append(piece) }
    }
    durable = flush
    var random = RandomStream(seed: (0..<32).map { UInt8(truncatingIfNeeded: seed >> (8 * UInt64($0 % 8))) })
    // Sometimes nothing, sometimes all, mostly some.
    let share = [0, 25, 50, 75, 100][Int(random.below(5))]
    loose = loose.filter { _ in random.below(100) < share }
    if random.below(2) == 1, loose.count > 1 {
      for index in (1..<loose.count).reversed() { loose.swapAt(index, Int(random.below(UInt64(index + 1)))) }
    }
    // A disk writes whole sectors, though not all of them at once.
    if let last = loose.popLast() {
      loose.append(Piece(entry: last.entry, first: 0, count: 1 + random.below(last.count)))
    }
    self.pieces = pieces + loose
  }

  /// Writes the pieces to `image`, a copy of the disk as it was when the log began.
  func replay(_ log: WriteLog, to image: String) throws {
    let source = try FileHandle(forReadingFrom: URL(fileURLWithPath: log.path))
    defer { try? source.close() }
    let target = try FileHandle(forUpdating: URL(fileURLWithPath: image))
    defer { try? target.close() }
    for piece in pieces {
      let entry = log.entries[piece.entry]
      try source.seek(toOffset: entry.data + piece.first * log.sectorSize)
      guard let data = try source.read(upToCount: Int(piece.count * log.sectorSize)),
        data.count == Int(piece.count * log.sectorSize)
      else { throw WriteLog.Fault.badEntry(piece.entry) }
      try target.seek(toOffset: (entry.sector + piece.first) * log.sectorSize)
      try target.write(contentsOf: data)
    }
  }
}
