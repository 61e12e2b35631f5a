import Disk
import Linux
import Sodium

/// The disk of a flashed board, as far as the agent reads and changes it: which slot boots, what is in the slots, and
/// who was unpaired.
struct BoardDisk {
  let path: [UInt8]

  /// How much of a slot is read or written at once.
  static var pieceByteCount: Int { 256 * 1024 }

  func open(for access: DiskFile.Access) throws(ImageError) -> DiskFile {
    try attempt { () throws(Errno) in try DiskFile(path: path, for: access) }
  }

  /// Writes and reads back what the disk itself keeps.
  func write(_ bytes: [UInt8], at offset: UInt64, of disk: DiskFile) throws(ImageError) {
    let isKept = try attempt { () throws(Errno) in
      try disk.write(bytes[...], at: offset)
      try disk.flush()
      disk.forgetCached(UInt64(bytes.count), at: offset)
      return try disk.read(bytes.count, at: offset) == bytes
    }
    guard isKept else { throw .notKept }
  }

  func attempt<Result>(_ body: () throws(Errno) -> Result) throws(ImageError) -> Result {
    do throws(Errno) { return try body() } catch { throw .disk(path, error) }
  }
}

// MARK: slot.env

extension BoardDisk {
  func slotEnvironment() throws(ImageError) -> SlotEnvironmentPair { try slotEnvironment(open(for: .reading)) }

  /// Writes what `change` makes of what is in force, and has it in force when this returns. Without a valid copy the slot
  /// that runs is taken for the confirmed one. Returns what is in force then.
  @discardableResult
  func changeSlotEnvironment(
    running: Slot, _ change: (SlotEnvironment) throws(SlotRefusal) -> SlotEnvironment
  ) throws(ImageError) -> SlotEnvironment {
    let disk = try open(for: .writing)
    try attempt { () throws(Errno) in try disk.lock() }
    let pair = try slotEnvironment(disk)
    let next: SlotEnvironment
    do throws(SlotRefusal) {
      next = try change(pair.current ?? SlotEnvironment(confirmed: running))
    } catch {
      throw .refused(error)
    }
    if next == pair.current { return next }
    let update = pair.update(to: next)
    try write(update.bytes, at: update.offset, of: disk)
    guard let current = try slotEnvironment(disk).current, current == update.environment else { throw .notKept }
    return current
  }

  private func slotEnvironment(_ disk: DiskFile) throws(ImageError) -> SlotEnvironmentPair {
    try attempt { () throws(Errno) in
      SlotEnvironmentPair(
        first: try disk.read(SlotEnvironment.byteCount, at: DiskLayout.slotEnvironment(.first).offset),
        second: try disk.read(SlotEnvironment.byteCount, at: DiskLayout.slotEnvironment(.second).offset))
    }
  }
}

// MARK: Slots

extension BoardDisk {
  /// What the slot's image says of itself; its contents are not looked at.
  func header(of slot: Slot, on disk: DiskFile) throws(ImageError) -> SlotHeader {
    let region = DiskLayout.slot(slot)
    let superblock = try attempt { () throws(Errno) in try disk.read(SlotHeader.byteCount, at: region.offset) }
    do throws(SlotImageError) {
      let offset = try SlotHeader.offset(superblock: superblock)
      guard offset + UInt64(SlotHeader.byteCount) <= region.byteCount else { throw .tooLarge(offset) }
      var bytes: [UInt8] = []
      do throws(Errno) {
        bytes = try disk.read(SlotHeader.byteCount, at: region.offset + offset)
      } catch {
        throw .truncated(0)
      }
      let header = try SlotHeader(decoding: bytes)
      guard header.offset == offset else { throw .malformedHeader }
      return header
    } catch {
      throw .notWhole(slot, error)
    }
  }

  /// Reads the whole image in a slot and checks it. `first` stands for the first block on the disk when it is not there yet.
  func verify(_ slot: Slot, on disk: DiskFile, byteCount: UInt64, first: [UInt8] = []) throws(ImageError) -> SlotHeader
  {
    let start = DiskLayout.slot(slot).offset
    var verifier = SlotImageVerifier()
    disk.forgetCached(byteCount, at: start)
    var position: UInt64 = 0
    while position < byteCount {
      let count = Int(min(UInt64(Self.pieceByteCount), byteCount - position))
      var piece = try attempt { () throws(Errno) in try disk.read(count, at: start + position) }
      if position == 0, !first.isEmpty { piece.replaceSubrange(..<first.count, with: first) }
      do throws(SlotImageError) { try verifier.receive(piece[...]) } catch { throw .notWhole(slot, error) }
      position += UInt64(count)
    }
    do throws(SlotImageError) { return try verifier.finish() } catch { throw .notWhole(slot, error) }
  }
}

// MARK: Revocations

extension BoardDisk {
  /// Has these keys in the revocation log when it returns; those that are there already are not written again.
  func revoke(_ keys: [PublicKey]) throws(ImageError) {
    let disk = try open(for: .writing)
    try attempt { () throws(Errno) in try disk.lock() }
    let region = DiskLayout.revocations
    var area = try attempt { () throws(Errno) in try disk.read(RevocationLog.byteCount, at: region.offset) }
    for key in keys {
      let log = RevocationLog(scanning: area)
      if log.contains(key) { continue }
      guard let place = log.firstFree else { throw .revocationsFull }
      let record = RevocationLog.record(key, at: UInt64(clamping: Clock.realtimeSeconds()))
      try write(record, at: region.offset + UInt64(place), of: disk)
      area.replaceSubrange(place..<place + record.count, with: record)
    }
  }
}
