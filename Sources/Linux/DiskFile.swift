import CLinux

/// A disk that is read and overwritten in place: a block device, or a regular file in its place. Nothing here makes it longer.
public final class DiskFile {
  /// What it is opened for.
  public enum Access: Sendable {
    /// Only to read.
    case reading
    /// To read and to overwrite.
    case writing
  }

  /// Bytes from the start to the end.
  public let byteCount: UInt64
  private let descriptor: FileDescriptor

  /// Opens what is there already.
  public init(path: [UInt8], for access: Access) throws(Errno) {
    let number = try withCString("open", path) { clinux_open_disk($0, access == .writing ? 1 : 0) }
    descriptor = FileDescriptor(owning: try check("open", number))
    let size = clinux_seekable_size(descriptor.number)
    guard size >= 0 else { throw Errno("lseek", Errno.Code(number: Int32(truncatingIfNeeded: 0 &- size))) }
    byteCount = UInt64(size)
  }

  /// Waits until nobody else holds the lock of the disk, and holds it as long as this is open (flock(2)).
  public func lock() throws(Errno) { try check("flock", clinux_flock(descriptor.number, 1)) }

  /// The bytes of a region; `inputOutput` when it reaches beyond the end.
  public func read(_ count: Int, at offset: UInt64) throws(Errno) -> [UInt8] {
    guard contains(count, at: offset) else { throw Errno("read", .inputOutput) }
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let result = bytes.withUnsafeMutableBytes {
        clinux_read_at(descriptor.number, $0.baseAddress! + done, count - done, offset + UInt64(done))
      }
      let taken = try check("read", result)
      guard taken > 0 else { throw Errno("read", .inputOutput) }
      done += taken
    }
    return bytes
  }

  /// Overwrites a region; `noSpace` when it reaches beyond the end. It is on the disk once it was flushed.
  public func write(_ bytes: ArraySlice<UInt8>, at offset: UInt64) throws(Errno) {
    guard contains(bytes.count, at: offset) else { throw Errno("write", .noSpace) }
    var done = 0
    while done < bytes.count {
      let result = bytes.withUnsafeBytes {
        clinux_write_at(descriptor.number, $0.baseAddress! + done, $0.count - done, offset + UInt64(done))
      }
      let taken = try check("write", result)
      guard taken > 0 else { throw Errno("write", .inputOutput) }
      done += taken
    }
  }

  /// Waits until everything that was written is on the disk (fsync(2)).
  public func flush() throws(Errno) { try check("fsync", clinux_fsync(descriptor.number)) }

  /// What is read of this region next comes from the disk and not from memory, if the kernel can do that.
  public func forgetCached(_ count: UInt64, at offset: UInt64) {
    _ = clinux_forget_cached(descriptor.number, offset, count)
  }

  private func contains(_ count: Int, at offset: UInt64) -> Bool {
    let (end, overflow) = offset.addingReportingOverflow(UInt64(count))
    return !overflow && end <= byteCount
  }
}
