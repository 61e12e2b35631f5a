import Foundation

/// Every write to a disk in the order in which the disk was done with it, as QEMU's `blklogwrites` records it: the format of
/// Linux's dm-log-writes.
///
/// A super block in the first sector, then for each entry one sector of header and, unless it discards or only flushes, the
/// data. All integers are little-endian 64 bits, but the sector size, which has 32.
struct WriteLog {
  struct Entry: Equatable {
    /// The first of the disk's sectors that it writes.
    let sector: UInt64
    /// How many sectors it writes, or discards.
    let count: UInt64
    let flags: Flags
    /// Where its data stand in the log.
    let data: UInt64
  }

  struct Flags: OptionSet {
    let rawValue: UInt64

    /// All that the disk was done with before it is safe.
    static let flush = Flags(rawValue: 1)
    /// Safe itself once done.
    static let durable = Flags(rawValue: 2)
    /// The sectors may hold anything afterwards; here they keep what they had.
    static let discard = Flags(rawValue: 4)
    /// A remark, not a write.
    static let mark = Flags(rawValue: 8)

    static let known: Flags = [.flush, .durable, .discard, .mark]
  }

  enum Fault: Error, Equatable {
    case noSuperBlock
    case unknownVersion(UInt64)
    case badSectorSize(UInt32)
    /// The log is shorter than its entries say, or an entry cannot be one.
    case badEntry(Int)
  }

  let path: String
  let sectorSize: UInt64
  let entries: [Entry]

  private static let magic: UInt64 = 0x6a_736677_736872

  init(path: String) throws {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }
    let length = try file.seekToEnd()
    let (announced, sectorSize) = try Self.superBlock(of: file)
    var entries: [Entry] = []
    var offset = sectorSize
    for index in 0..<announced {
      try file.seek(toOffset: offset)
      guard let header = try file.read(upToCount: 32), header.count == 32 else { throw Fault.badEntry(Int(index)) }
      let flags = Flags(rawValue: header.integer(at: 16))
      let entry = Entry(
        sector: header.integer(at: 0), count: header.integer(at: 8), flags: flags, data: offset + sectorSize)
      let size = entry.count.multipliedReportingOverflow(by: sectorSize)
      guard flags.isSubset(of: .known), !size.overflow, size.partialValue <= length || flags.contains(.discard) else {
        throw Fault.badEntry(Int(index))
      }
      // A remark's text stands after its header as data do.
      let extra = flags.contains(.mark) ? header.integer(at: 24) : 0
      guard extra <= length else { throw Fault.badEntry(Int(index)) }
      let body = flags.contains(.discard) ? 0 : size.partialValue + extra.roundedUp(to: sectorSize)
      guard entry.data <= length, body <= length - min(entry.data, length) else { throw Fault.badEntry(Int(index)) }
      offset = entry.data + body
      entries.append(entry)
    }
    self.path = path
    self.sectorSize = sectorSize
    self.entries = entries
  }

  /// How many entries a log that is still being written has so far.
  static func length(of path: String) throws -> Int {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }
    return Int(try superBlock(of: file).entries)
  }

  private static func superBlock(of file: FileHandle) throws -> (entries: UInt64, sectorSize: UInt64) {
    try file.seek(toOffset: 0)
    guard let block = try file.read(upToCount: 512), block.count == 512, block.integer(at: 0) == magic else {
      throw Fault.noSuperBlock
    }
    guard block.integer(at: 8) == 1 else { throw Fault.unknownVersion(block.integer(at: 8)) }
    let size = UInt32(truncatingIfNeeded: block.integer(at: 24))
    guard size >= 512, size <= 1 << 20, size & (size - 1) == 0 else { throw Fault.badSectorSize(size) }
    return (block.integer(at: 16), UInt64(size))
  }
}

extension Data {
  /// Eight bytes at an offset, the least significant first.
  fileprivate func integer(at offset: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(self[startIndex + offset + $1]) << (8 * UInt64($1)) }
  }
}

extension UInt64 {
  fileprivate func roundedUp(to size: UInt64) -> UInt64 { (self + size - 1) / size * size }
}
