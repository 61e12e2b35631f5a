import Disk
import Sodium

/// Writes the image of a board's disk to one.
///
/// The first MiB, with the partition table, is emptied before anything else and written last, when the rest is on the
/// disk and was read back: a disk that was left half written starts nothing.
package struct Flasher<Target: DiskTarget> {
  /// What kept the disk from becoming the image.
  package enum Problem: Error, Equatable {
    /// The image itself could not be read on.
    case image(ImageError)
    /// The disk gives nothing at that offset in bytes.
    case cannotRead(Int, SystemError)
    /// The disk takes nothing at that offset in bytes.
    case cannotWrite(Int, SystemError)
    /// It reads back otherwise than it was written, at that offset in bytes.
    case differs(Int)
    /// Somebody wanted it to stop.
    case interrupted
  }

  /// What was done, in bytes.
  package struct Outcome: Equatable, Sendable {
    /// Of the image's data.
    package var written = 0
    /// Of zeros, where the disk held something else.
    package var cleared = 0
    /// What was read back.
    package var verified = 0
  }

  /// What is at work.
  package enum Phase: String, Sendable {
    /// The image's data is written.
    case write
    /// What the disk held is overwritten with zeros, wherever something is looked for.
    case clear
    /// What was written is read back.
    case verify
  }

  private let target: Target
  private let verifies: Bool
  private let isInterrupted: () -> Bool
  private let onProgress: (Phase, Int, Int) -> Void

  /// Nothing is written yet.
  ///
  /// - Parameters:
  ///   - verifies: whether what was written is read back.
  ///   - isInterrupted: whether somebody wants it to stop.
  ///   - onProgress: takes what is at work, how many MiB of it are done, and of how many.
  package init(
    target: Target, verifies: Bool, isInterrupted: @escaping () -> Bool = { false },
    onProgress: @escaping (Phase, Int, Int) -> Void = { _, _, _ in }
  ) {
    self.target = target
    self.verifies = verifies
    self.isInterrupted = isInterrupted
    self.onProgress = onProgress
  }

  private static var mebibyte: Int { ImageSource.chunkBytes }
  /// After how many MiB the disk is waited for, so that what is shown is what is done.
  private static var syncInterval: Int { 8 }

  /// All steps, in order. What is thrown leaves a disk that starts nothing.
  package func flash(_ image: BoardImage) throws(Problem) -> Outcome {
    var outcome = Outcome()
    let zeros = [UInt8](repeating: 0, count: Self.mebibyte)
    try write(zeros, at: 0)
    try sync(at: 0)
    var table: [UInt8] = []
    let map = try writeData(of: image, keeping: &table, &outcome)
    let cleared = try clear(map.zeros, &outcome)
    if verifies { try verify(map.data.filter { $0 > 0 } + cleared, map, &outcome) }
    try write(table, at: 0)
    try sync(at: 0)
    outcome.written += table.count
    if verifies { try verify([0], map, &outcome) }
    return outcome
  }

  // MARK: Steps

  /// Writes all but the first MiB, which it hands out.
  private func writeData(
    of image: BoardImage, keeping table: inout [UInt8], _ outcome: inout Outcome
  ) throws(Problem) -> BlockMap {
    var map = BlockMap()
    let known = image.dataChunkCount
    var seen = 0
    while let chunk = try next(of: image) {
      let index = map.hashes.count
      map.append(chunk)
      if case .data(let bytes) = chunk {
        seen += 1
        if index == 0 {
          table = bytes
        } else {
          try write(bytes, at: index * Self.mebibyte)
          outcome.written += bytes.count
          if outcome.written / Self.mebibyte % Self.syncInterval == 0 { try sync(at: index * Self.mebibyte) }
        }
      }
      // Of a packed image it is not known beforehand how much of it is zeros.
      onProgress(.write, known.map { min(seen, $0) } ?? index + 1, known ?? BoardImage.chunkCount)
    }
    try sync(at: 0)
    return map
  }

  private func next(of image: BoardImage) throws(Problem) -> ImageSource.Chunk? {
    try stopIfAsked()
    do throws(ImageError) { return try image.next() } catch {
      try stopIfAsked()
      throw .image(error)
    }
  }

  /// Reading is faster than writing, and spares the card: zeros are written only where there are none. Returns where.
  private func clear(_ indices: [Int], _ outcome: inout Outcome) throws(Problem) -> [Int] {
    let zeros = [UInt8](repeating: 0, count: Self.mebibyte)
    var cleared: [Int] = []
    let buffer = Buffer()
    for (done, index) in indices.enumerated() {
      try stopIfAsked()
      try read(at: index * Self.mebibyte, into: buffer)
      if !buffer.isZero {
        try write(zeros, at: index * Self.mebibyte)
        cleared.append(index)
        if cleared.count % Self.syncInterval == 0 { try sync(at: index * Self.mebibyte) }
      }
      onProgress(.clear, done + 1, indices.count)
    }
    outcome.cleared += cleared.count * Self.mebibyte
    try sync(at: 0)
    return cleared
  }

  private func verify(_ indices: [Int], _ map: BlockMap, _ outcome: inout Outcome) throws(Problem) {
    do throws(SystemError) { try target.dropCache() } catch { throw .cannotRead(0, error) }
    let buffer = Buffer()
    for (done, index) in indices.enumerated() {
      try stopIfAsked()
      try read(at: index * Self.mebibyte, into: buffer)
      let isSame = map.hashes[index].map { $0 == buffer.hash } ?? buffer.isZero
      guard isSame else { throw .differs(index * Self.mebibyte) }
      outcome.verified += Self.mebibyte
      if index > 0 { onProgress(.verify, done + 1, indices.count) }
    }
  }

  // MARK: Bytes

  private func write(_ bytes: [UInt8], at offset: Int) throws(Problem) {
    var done = 0
    while done < bytes.count {
      do throws(SystemError) {
        let count = try bytes.withUnsafeBufferPointer { (buffer) throws(SystemError) in
          try target.write(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[done...])), at: offset + done)
        }
        guard count > 0 else { throw SystemError.inputOutput }
        done += count
      } catch {
        if !error.isInterruption { throw .cannotWrite(offset + done, error) }
        try stopIfAsked()
      }
    }
  }

  private func read(at offset: Int, into buffer: Buffer) throws(Problem) {
    var done = 0
    while done < Self.mebibyte {
      do throws(SystemError) {
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[done...])
        let count = try target.read(at: offset + done, into: rest)
        guard count > 0 else { throw SystemError.inputOutput }
        done += count
      } catch {
        if !error.isInterruption { throw .cannotRead(offset + done, error) }
        try stopIfAsked()
      }
    }
  }

  private func sync(at offset: Int) throws(Problem) {
    do throws(SystemError) { try target.sync() } catch { throw .cannotWrite(offset, error) }
  }

  private func stopIfAsked() throws(Problem) { if isInterrupted() { throw .interrupted } }
}

/// A MiB in memory, aligned as reads past the cache want it.
private final class Buffer {
  let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: ImageSource.chunkBytes, alignment: 4_096)

  deinit { bytes.deallocate() }

  var hash: Digest { SHA256.hash([UInt8](bytes)) }
  var isZero: Bool { [UInt8](bytes).isZero }
}

/// What each MiB of a board's disk must hold.
private struct BlockMap {
  /// The hash of each MiB with data in it; nil where the image has zeros.
  private(set) var hashes: [Digest?] = []

  mutating func append(_ chunk: ImageSource.Chunk) {
    switch chunk {
    case .zeros: hashes.append(nil)
    case .data(let bytes): hashes.append(SHA256.hash(bytes))
    }
  }

  /// The MiB that hold data.
  var data: [Int] { hashes.indices.filter { hashes[$0] != nil } }

  /// The MiB that must read as zeros whatever the disk held before: wherever something is looked for without a length that
  /// says how far it goes. That is everywhere but behind what stands in a slot. An empty slot's first MiB counts: a system
  /// that was there once must not be started.
  var zeros: [Int] {
    let behindSlots = [Slot.a, .b].map { slot in
      let region = DiskLayout.slot(slot)
      let first = Int(region.offset) / ImageSource.chunkBytes
      let end = first + Int(region.byteCount) / ImageSource.chunkBytes
      let last = (first..<end).last { hashes[$0] != nil } ?? first
      return last + 1..<end
    }
    return hashes.indices.filter { index in hashes[index] == nil && !behindSlots.contains { $0.contains(index) } }
  }
}
