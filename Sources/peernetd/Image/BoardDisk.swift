import Basics
import Disk
import Linux
import Sodium

/// The disk of a flashed board, as far as the agent reads and changes it: which slot boots, what is in the slots, and
/// who was unpaired.
final class BoardDisk {
  private let path: [UInt8]
  private let file: DiskFile

  /// How much of a slot is read or written at once.
  static var pieceByteCount: Int { 256 * 1024 }

  init(_ path: [UInt8], for access: DiskFile.Access) throws(ImageError) {
    self.path = path
    do throws(Errno) { file = try DiskFile(path: path, for: access) } catch { throw .disk(path, error) }
  }

  func read(_ count: Int, at offset: UInt64) throws(ImageError) -> [UInt8] {
    do throws(Errno) { return try file.read(count, at: offset) } catch { throw .disk(path, error) }
  }

  /// On the disk once it was flushed.
  func write(_ bytes: ArraySlice<UInt8>, at offset: UInt64) throws(ImageError) {
    do throws(Errno) { try file.write(bytes, at: offset) } catch { throw .disk(path, error) }
  }

  func flush() throws(ImageError) {
    do throws(Errno) { try file.flush() } catch { throw .disk(path, error) }
  }

  /// Writes, and reads back what the disk itself keeps.
  func keep(_ bytes: [UInt8], at offset: UInt64) throws(ImageError) {
    try write(bytes[...], at: offset)
    try flush()
    file.forgetCached(UInt64(bytes.count), at: offset)
    guard try read(bytes.count, at: offset) == bytes else { throw .notKept }
  }

  private func lock() throws(ImageError) {
    do throws(Errno) { try file.lock() } catch { throw .disk(path, error) }
  }
}

// MARK: slot.env

extension BoardDisk {
  func slotEnvironment() throws(ImageError) -> SlotEnvironmentPair {
    let first = try read(SlotEnvironment.byteCount, at: DiskLayout.slotEnvironment(.first).offset)
    let second = try read(SlotEnvironment.byteCount, at: DiskLayout.slotEnvironment(.second).offset)
    return SlotEnvironmentPair(first: first, second: second)
  }

  /// Changes what is in force, and returns what is then. Without a valid copy the slot that runs is taken for the
  /// confirmed one.
  @discardableResult
  func apply(_ change: SlotChange, running: Slot) throws(ImageError) -> SlotEnvironment {
    try lock()
    let pair = try slotEnvironment()
    let next: SlotEnvironment
    do throws(SlotError) {
      next = try change.applied(to: pair.current ?? SlotEnvironment(confirmed: running), running: running)
    } catch {
      throw .refused(error)
    }
    if next == pair.current { return next }
    let update = pair.update(to: next)
    try keep(update.bytes, at: update.offset)
    guard let current = try slotEnvironment().current, current == update.environment else { throw .notKept }
    return current
  }
}

// MARK: Slots

extension BoardDisk {
  /// What the slot's image says of itself; its contents are not looked at.
  func header(of slot: Slot) throws(ImageError) -> SlotHeader {
    let region = DiskLayout.slot(slot)
    let superblock = try read(SlotHeader.byteCount, at: region.offset)
    do throws(SlotImageFault) {
      let offset = try SlotHeader.offset(superblock: superblock)
      let bytes: [UInt8]
      do throws(ImageError) { bytes = try read(SlotHeader.byteCount, at: region.offset + offset) } catch {
        throw .noHeader
      }
      return try SlotHeader(decoding: bytes)
    } catch {
      throw .notWhole(slot, error)
    }
  }

  /// Reads the image in a slot and checks it. `first` stands for the first block when that is not on the disk yet.
  func verify(_ slot: Slot, byteCount: UInt64, first: [UInt8] = []) throws(ImageError) -> SlotHeader {
    let start = DiskLayout.slot(slot).offset
    file.forgetCached(byteCount, at: start)
    var verifier = SlotImageVerifier()
    verifier.receive(first[...])
    var position = UInt64(first.count)
    while position < byteCount {
      let piece = try read(min(Self.pieceByteCount, Int(byteCount - position)), at: start + position)
      verifier.receive(piece[...])
      position += UInt64(piece.count)
    }
    do throws(SlotImageFault) { return try verifier.finish() } catch { throw .notWhole(slot, error) }
  }
}

// MARK: Revocations

extension BoardDisk {
  /// Has these keys in the revocation log when it returns; those that are there already are not written again.
  func revoke(_ keys: [PublicKey]) throws(ImageError) {
    try lock()
    let start = DiskLayout.revocations.offset
    for key in keys {
      let log = RevocationLog(scanning: try read(RevocationLog.byteCount, at: start))
      if log.contains(key) { continue }
      guard let place = log.firstFree else { throw .revocationsFull }
      try keep(
        RevocationLog.record(key, at: UInt64(clamping: Clock.realtimeSeconds())), at: start + UInt64(place))
    }
  }
}
