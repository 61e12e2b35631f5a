import Disk
import Linux

/// Writes a slot image to the idle slot.
///
/// Nothing is written before the header, with which the file begins, was read and fits. Of a file, not of a stream, all is
/// read and checked first.
/// The slot's first block, without which nothing boots from it, is cleared before all else and written last, when the rest was
/// read back from the disk and found whole. A power cut at any moment leaves an old slot, an empty one or a whole one.
struct SlotWriter {
  let disk: BoardDisk
  let running: Slot
  /// The board that this is.
  let board: [UInt8]
  let progress: WriteProgress

  /// How much is written between two waits for the disk.
  private static var flushInterval: UInt64 { 8 << 20 }

  func write(_ source: ImageSource) throws(ImageError) -> (slot: Slot, header: SlotHeader) {
    let environment = try disk.slotEnvironment().current ?? SlotEnvironment(confirmed: running)
    do throws(SlotError) { _ = try environment.writable(running: running) } catch { throw .refused(error) }
    if source.byteCount != nil {
      // All that can be refused is refused before anything is touched.
      var verifier = SlotImageVerifier(expecting: try begin(source))
      while try next(source, &verifier, touched: nil) != [] {}
      _ = try finish(verifier, touched: nil)
      source.rewind()
    }

    let announced = try begin(source)
    var verifier = SlotImageVerifier(expecting: announced)
    let piece = try next(source, &verifier, touched: nil)
    // A download that failed at once leaves the slot unchanged. Whether a longer one is complete shows only at its end.
    if piece.count < BoardDisk.pieceByteCount { _ = try finish(verifier, touched: nil) }
    // Confirmed it is not, and on trial neither any more.
    let slot = try disk.apply(.clear, running: running).confirmed.other
    try disk.keep([UInt8](repeating: 0, count: DiskLayout.block), at: DiskLayout.slot(slot).offset)
    do throws(ImageError) {
      return (slot, try fill(slot, from: source, &verifier, beginningWith: piece, of: announced.imageByteCount))
    } catch {
      if case .disk(let path, let errno, nil) = error { throw .disk(path, errno, touched: slot) }
      throw error
    }
  }

  /// Writes the image to a slot that was cleared: all but the first block, and that when the rest is found whole.
  private func fill(
    _ slot: Slot, from source: ImageSource, _ verifier: inout SlotImageVerifier, beginningWith first: [UInt8],
    of byteCount: UInt64
  ) throws(ImageError) -> SlotHeader {
    let start = DiskLayout.slot(slot).offset
    let block = Array(first.prefix(DiskLayout.block))
    var piece = Array(first.dropFirst(block.count))
    var written = UInt64(block.count)
    var flushed: UInt64 = 0
    repeat {
      try disk.write(piece[...], at: start + written)
      written += UInt64(piece.count)
      if written - flushed >= Self.flushInterval {
        try disk.flush()
        flushed = written
      }
      progress.tell(written, of: byteCount)
      piece = try next(source, &verifier, touched: slot)
    } while !piece.isEmpty
    let header = try finish(verifier, touched: slot)

    try disk.flush()
    do throws(ImageError) {
      _ = try disk.verify(slot, byteCount: written, first: block)
    } catch {
      if case .notWhole = error { throw .notKept }
      throw error
    }
    try disk.keep(block, at: start)
    return header
  }

  /// What the file says that it is, which has to be an image for this board.
  private func begin(_ source: ImageSource) throws(ImageError) -> SlotHeader {
    let bytes = try next(SlotHeader.byteCount, of: source, touched: nil)
    let header: SlotHeader
    do throws(SlotImageFault) { header = try SlotHeader(startOf: bytes) } catch {
      throw .notAnImage(error, touched: nil)
    }
    guard header.board == board else { throw .otherBoard(header.board, this: board) }
    return header
  }

  /// The next piece of what may still be a whole image; none at the end.
  private func next(
    _ source: ImageSource, _ verifier: inout SlotImageVerifier, touched: Slot?
  ) throws(ImageError) -> [UInt8] {
    let piece = try next(BoardDisk.pieceByteCount, of: source, touched: touched)
    verifier.receive(piece[...])
    if let fault = verifier.fault { throw .notAnImage(fault, touched: touched) }
    return piece
  }

  private func next(_ count: Int, of source: ImageSource, touched: Slot?) throws(ImageError) -> [UInt8] {
    do throws(Errno) { return try source.next(count) } catch { throw .source(source.path, error, touched: touched) }
  }

  private func finish(_ verifier: SlotImageVerifier, touched: Slot?) throws(ImageError) -> SlotHeader {
    do throws(SlotImageFault) { return try verifier.finish() } catch { throw .notAnImage(error, touched: touched) }
  }
}
