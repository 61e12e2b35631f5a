import Disk
import Linux

/// Writes a slot image to the idle slot.
///
/// The slot's first block, without which nothing boots from it, is cleared first and written last, when all the rest was
/// read back from the disk and found whole. A power cut at any moment leaves an old slot, an empty one or a whole one.
struct SlotWriter {
  let disk: BoardDisk
  let running: Slot
  /// The board that this is.
  let board: [UInt8]
  /// Told how many bytes of the image were written, and of how many when that is known.
  let onProgress: (UInt64, UInt64?) -> Void

  /// How much is written between two waits for the disk.
  private static var flushInterval: UInt64 { 8 << 20 }

  func write(_ source: ImageSource) throws(ImageError) -> (slot: Slot, header: SlotHeader) {
    _ = try target(disk.slotEnvironment().current)
    if source.byteCount != nil {
      // All that can be refused is refused before anything is touched.
      try check(source)
      source.rewind()
    }
    var verifier = SlotImageVerifier()
    let beginning = try source.next(BoardDisk.pieceByteCount)
    try receive(beginning, &verifier, touched: nil)

    let slot = try clearTrial()
    let region = DiskLayout.slot(slot)
    let disk = try self.disk.open(for: .writing)
    let first = Array(beginning.prefix(DiskLayout.block))
    try self.disk.write([UInt8](repeating: 0, count: DiskLayout.block), at: region.offset, of: disk)

    var piece = beginning
    var position: UInt64 = 0
    var flushed: UInt64 = 0
    while !piece.isEmpty {
      let body = position == 0 ? piece.dropFirst(first.count) : piece[...]
      let start = position + UInt64(piece.count - body.count)
      try self.disk.attempt { () throws(Errno) in
        try disk.write(body, at: region.offset + start)
        if start - flushed >= Self.flushInterval {
          try disk.flush()
          flushed = start
        }
      }
      position += UInt64(piece.count)
      onProgress(position, verifier.header?.imageByteCount ?? source.byteCount)
      piece = try source.next(BoardDisk.pieceByteCount)
      try receive(piece, &verifier, touched: slot)
    }
    let header: SlotHeader
    do throws(SlotImageError) { header = try verifier.finish() } catch { throw .notAnImage(error, touched: slot) }

    try self.disk.attempt { () throws(Errno) in try disk.flush() }
    do throws(ImageError) {
      guard try self.disk.verify(slot, on: disk, byteCount: position, first: first) == header else { throw .notKept }
    } catch .notWhole {
      throw .notKept
    }
    try self.disk.write(first, at: region.offset, of: disk)
    return (slot, header)
  }

  private func target(_ environment: SlotEnvironment?) throws(ImageError) -> Slot {
    do throws(SlotRefusal) {
      return try (environment ?? SlotEnvironment(confirmed: running)).writable(running: running)
    } catch {
      throw .refused(error)
    }
  }

  /// Nothing of what was in the slot is tried any more.
  private func clearTrial() throws(ImageError) -> Slot {
    let environment = try disk.changeSlotEnvironment(running: running) { (environment) throws(SlotRefusal) in
      _ = try environment.writable(running: running)
      return try environment.cancelling(running: running)
    }
    return try target(environment)
  }

  private func check(_ source: ImageSource) throws(ImageError) {
    var verifier = SlotImageVerifier()
    while true {
      let piece = try source.next(BoardDisk.pieceByteCount)
      if piece.isEmpty { break }
      try receive(piece, &verifier, touched: nil)
    }
    do throws(SlotImageError) { _ = try verifier.finish() } catch { throw .notAnImage(error, touched: nil) }
  }

  private func receive(
    _ piece: [UInt8], _ verifier: inout SlotImageVerifier, touched: Slot?
  ) throws(ImageError) {
    let isNew = verifier.header == nil
    do throws(SlotImageError) { try verifier.receive(piece[...]) } catch { throw .notAnImage(error, touched: touched) }
    if isNew, let header = verifier.header, header.board != board {
      throw .otherBoard(header.board, this: board, touched: touched)
    }
  }
}
