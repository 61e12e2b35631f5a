import Glibc

/// What an image is written to, by offsets in bytes.
package protocol DiskTarget {
  /// Reads into the whole buffer, or less; 0 at the end. Throws the error number.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int
  /// Writes all of it, or less.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) -> Int
  /// Returns when the disk has what was written.
  func sync() throws(SystemError)
  /// From now on what is read comes from the disk and not from memory.
  func dropCache() throws(SystemError)
}

/// A disk, or a regular file in its place.
package final class DiskDevice: DiskTarget {
  private let file: Int32
  /// Reads past the cache; -1 where that is not possible.
  private let direct: Int32
  /// In bytes.
  package let byteCount: Int

  /// Opens it for nobody else: the kernel refuses when anybody has it mounted or built something on it.
  package init(path: String) throws(SystemError) {
    file = open(path, O_RDWR | O_EXCL | O_CLOEXEC)
    guard file >= 0 else { throw SystemError.latest }
    direct = open("/proc/self/fd/\(file)", O_RDONLY | O_CLOEXEC | Self.directFlag)
    byteCount = lseek(file, 0, SEEK_END)
  }

  deinit {
    if direct >= 0 { close(direct) }
    close(file)
  }

  /// Past the cache where that is possible.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    if direct >= 0 {
      let count = pread(direct, buffer.baseAddress, buffer.count, offset)
      if count >= 0 || errno != EINVAL { return try check(count) }
    }
    return try check(pread(file, buffer.baseAddress, buffer.count, offset))
  }

  /// At that offset, whatever was written before.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
    try check(pwrite(file, bytes.baseAddress, bytes.count, offset))
  }

  /// As in fsync(2).
  package func sync() throws(SystemError) { _ = try check(Int(fsync(file))) }

  /// Of this file alone.
  package func dropCache() throws(SystemError) {
    let result = posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
    guard result == 0 else { throw SystemError(number: result) }
  }

  private func check(_ result: Int) throws(SystemError) -> Int {
    guard result >= 0 else { throw SystemError.latest }
    return result
  }

  /// O_DIRECT, which the C library shows to GNU programs only.
  #if arch(arm64) || arch(arm)
    private static let directFlag: Int32 = 0o200000
  #else
    private static let directFlag: Int32 = 0o40000
  #endif
}
