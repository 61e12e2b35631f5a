import Admin
import Disk
import Glibc

/// Writes image files, sparse and for their owner alone, for they hold a board's secrets.
package enum ImageWriter {
  private static let block = DiskLayout.block

  /// A copy under another name, with `record` in both places of it; nil copies it as it is. The old file, if there is one, stands
  /// until the new one is whole.
  package static func copy(_ image: BoardImage, to path: String, record: [UInt8]?) throws(ImageError) {
    let temporary = path + ".new"
    unlink(temporary)
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure(path, errno) }
    defer { close(file) }
    do throws(ImageError) {
      guard ftruncate(file, BoardImage.byteCount) == 0 else { throw failure(path, errno) }
      var offset = 0
      while let chunk = try image.next() {
        if case .data(let bytes) = chunk { try write(sparsely: bytes, to: file, at: offset, path) }
        offset += chunk.count
      }
      if let record { try write(record, to: file, path) }
      guard fsync(file) == 0, rename(temporary, path) == 0 else { throw failure(path, errno) }
    } catch {
      unlink(temporary)
      throw error
    }
    try syncFolder(of: path)
  }

  /// Replaces the record of an image file, one copy after the other.
  package static func put(_ record: [UInt8], in path: String) throws(ImageError) {
    let file = open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure(path, errno) }
    defer { close(file) }
    guard fchmod(file, 0o600) == 0 else { throw failure(path, errno) }
    try write(record, to: file, path)
  }

  /// Makes the folder that a file is to stand in, for its owner alone, unless it is there.
  package static func makeFolder(of path: String) throws(ImageError) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return }
    let folder = parts.dropLast().joined(separator: "/")
    if !folder.isEmpty, mkdir(folder, 0o700) != 0, errno != EEXIST { throw failure(path, errno) }
  }

  private static func write(_ record: [UInt8], to file: Int32, _ path: String) throws(ImageError) {
    for copy in [DiskCopy.first, .second] {
      let region = DiskLayout.provision(copy)
      // Of a longer record that was there nothing must be left.
      let area = record + [UInt8](repeating: 0, count: Int(region.byteCount) - record.count)
      try write(area, to: file, at: Int(region.offset), path)
      guard fsync(file) == 0 else { throw failure(path, errno) }
    }
  }

  /// Leaves blocks of zeros out.
  private static func write(
    sparsely bytes: [UInt8], to file: Int32, at offset: Int, _ path: String
  ) throws(ImageError) {
    var start = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, !Array(bytes[end..<min(end + block, bytes.count)]).isZero { end += block }
      if end > start { try write(Array(bytes[start..<min(end, bytes.count)]), to: file, at: offset + start, path) }
      start = max(end, start) + block
    }
  }

  private static func write(_ bytes: [UInt8], to file: Int32, at offset: Int, _ path: String) throws(ImageError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { pwrite(file, $0.baseAddress! + done, $0.count - done, offset + done) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure(path, count == 0 ? EIO : errno) }
      done += count
    }
  }

  private static func syncFolder(of path: String) throws(ImageError) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.count == 1 ? "." : parts.dropLast().joined(separator: "/") + "/"
    let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { throw failure(path, errno) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw failure(path, errno) }
  }

  static func failure(_ path: String, _ number: Int32) -> ImageError {
    .cannotWrite(path: path, SystemError(number: number))
  }
}
