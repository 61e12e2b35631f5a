import Foundation

/// A part of the board's disk, for what happens to it from outside while it is off.
struct Partition {
  let start: UInt64
  let size: UInt64

  static let data = Partition(start: 448 << 20, size: 512 << 20)

  /// Fills it with zeros.
  func wipe(on disk: String) throws {
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: disk))
    defer { try? file.close() }
    // Cut off and grown again it reads as zeros; it is the last one on the disk.
    let end = try file.seekToEnd()
    precondition(end <= start + size)
    try file.truncate(atOffset: start)
    try file.truncate(atOffset: end)
  }
}
