import CLinux

/// Why a file could not be read or replaced.
public enum FileError: Error, Equatable, Sendable {
  /// The kernel refused; which call, and why.
  case system(Errno)
  /// Above the limit, in bytes.
  case tooLarge(limit: Int)
  /// A folder, a FIFO or a device stands in its place.
  case notRegular
  /// Another process holds the lock.
  case locked
}

/// A file that is only ever replaced as a whole: whatever happens, a reader finds the old contents or the new.
///
/// Writers exclude each other by flock(2) on `PATH.lock`, for the file itself is a different one after each write.
public struct DurableFile {
  /// The steps of a write, in order.
  enum Step: CaseIterable, Sendable {
    case lock, createTemporary, write, syncTemporary, rename, syncFolder
  }

  /// The path in bytes, as the kernel takes it.
  public let path: [UInt8]
  /// The largest size that is read, in bytes.
  public let limit: Int
  /// Called before each step: where tests fail a write.
  var beforeStep: ((Step) throws(Errno) -> Void)?

  /// Opens nothing yet.
  public init(path: [UInt8], limit: Int = 1 << 20) {
    self.path = path
    self.limit = limit
  }

  /// The contents; nil when there is no such file.
  public func read() throws(FileError) -> [UInt8]? {
    do throws(FileError) {
      return try readFile(path, limit: limit, mustBeRegular: true)
    } catch {
      if error == .system(Errno("open", .noSuchFile)) { return nil }
      throw error
    }
  }

  /// Replaces the contents. The new file has mode 0600. On an error before the last step the old contents stand; the last one makes
  /// the new ones outlive a power cut, and its failure leaves them in place. Waits for the disk twice and, unless told not to, for
  /// whoever holds the lock: on a loop rarely, and with `waitingForLock` false where another process may hold it for long.
  public func write(_ contents: [UInt8], waitingForLock: Bool = true) throws(FileError) {
    let lock = try openLock(waiting: waitingForLock)
    try replace(contents)
    _ = consume lock
  }

  /// Reads, lets `change` make new contents of the old (nil: no file; returning nil: leave it as it is) and writes, under one lock.
  /// Returns whether it wrote.
  @discardableResult
  public func update(
    waitingForLock: Bool = true, _ change: ([UInt8]?) throws(FileError) -> [UInt8]?
  ) throws(FileError) -> Bool {
    try update(waitingForLock: waitingForLock, orElse: { $0 }) { (present) throws(FileError) in
      let contents = try change(present)
      return (contents, contents != nil)
    }
  }

  /// The same for a change that has errors of its own, or something to return beside the new contents. `wrap` makes such an
  /// error of a failure of the file's.
  public func update<Value, Failure: Error>(
    waitingForLock: Bool = true, orElse wrap: (FileError) -> Failure,
    _ change: ([UInt8]?) throws(Failure) -> (contents: [UInt8]?, value: Value)
  ) throws(Failure) -> Value {
    func wrapping<Result: ~Copyable>(_ body: () throws(FileError) -> Result) throws(Failure) -> Result {
      do throws(FileError) { return try body() } catch { throw wrap(error) }
    }
    // Closing it unlocks it, as does the death of the process.
    let lock = try wrapping { () throws(FileError) in try openLock(waiting: waitingForLock) }
    let (contents, value) = try change(try wrapping { () throws(FileError) in try read() })
    if let contents { try wrapping { () throws(FileError) in try replace(contents) } }
    _ = consume lock
    return value
  }

  private func openLock(waiting: Bool) throws(FileError) -> FileDescriptor {
    do throws(Errno) {
      try beforeStep?(.lock)
      let number = try withCString("open", path + Array(".lock".utf8)) { clinux_open_lock($0, 0o600) }
      let lock = FileDescriptor(owning: try check("open", number))
      try check("flock", clinux_flock(lock.number, waiting ? 1 : 0))
      return lock
    } catch {
      throw error.code == .tryAgain ? .locked : .system(error)
    }
  }

  private func replace(_ contents: [UInt8]) throws(FileError) {
    let temporary = path + Array(".new".utf8)
    do throws(Errno) {
      try beforeStep?(.createTemporary)
      // A crash may have left one. The lock is ours, so nobody is writing it.
      _ = try withCString("unlink", temporary) { clinux_unlink($0) }
      let number = try withCString("open", temporary) { clinux_create_exclusive($0, 0o600) }
      let file = FileDescriptor(owning: try check("open", number))
      try beforeStep?(.write)
      try file.writeAll(contents)
      try beforeStep?(.syncTemporary)
      try check("fsync", clinux_fsync(file.number))
    } catch {
      _ = try? withCString("unlink", temporary) { clinux_unlink($0) }
      throw .system(error)
    }
    do throws(Errno) {
      try beforeStep?(.rename)
      let target = path
      let renamed = try withCString("rename", temporary) { (from) -> Result<Int32, Errno> in
        do throws(Errno) {
          return .success(try withCString("rename", target) { clinux_rename(from, $0) })
        } catch {
          return .failure(error)
        }
      }
      try check("rename", try renamed.get())
      try beforeStep?(.syncFolder)
      let number = try withCString("open", folder) { clinux_open_folder($0) }
      let folder = FileDescriptor(owning: try check("open", number))
      try check("fsync", clinux_fsync(folder.number))
    } catch {
      _ = try? withCString("unlink", temporary) { clinux_unlink($0) }
      throw .system(error)
    }
  }

  private var folder: [UInt8] {
    guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return [UInt8(ascii: ".")] }
    return slash == 0 ? [UInt8(ascii: "/")] : Array(path[..<slash])
  }
}

/// The contents of a file of at most `limit` bytes, such as one of /proc or /sys, whose size is known only when it has been read.
public func readFile(_ path: [UInt8], limit: Int, mustBeRegular: Bool = false) throws(FileError) -> [UInt8] {
  do throws(Errno) {
    let number = try withCString("open", path) { clinux_open_read($0) }
    let file = FileDescriptor(owning: try check("open", number))
    if mustBeRegular && clinux_regular_size(file.number) < 0 { throw Errno("open", .notRegularFile) }
    // One byte more than may be there tells whether there is more.
    return try file.readAll(limit: limit)
  } catch {
    if error.code == .notRegularFile { throw .notRegular }
    if error.code == .fileTooLarge { throw .tooLarge(limit: limit) }
    throw .system(error)
  }
}

/// Makes a folder with mode 0700. One that is there already is left as it is.
public func makeFolder(_ path: [UInt8]) throws(Errno) {
  let result = try withCString("mkdir", path) { clinux_make_folder($0, 0o700) }
  if result != 0 &- Errno.Code.exists.number { try check("mkdir", result) }
}

extension FileDescriptor {
  /// Writes until everything is taken; for blocking descriptors.
  borrowing func writeAll(_ bytes: [UInt8]) throws(Errno) {
    var written = 0
    while written < bytes.count {
      let count = try bytes.withUnsafeBufferPointer { (buffer) throws(Errno) in
        try write(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[written...])))
      }
      guard let count, count > 0 else { throw Errno("write", .inputOutput) }
      written += count
    }
  }

  /// Reads to the end; `fileTooLarge` when that lies beyond `limit` bytes.
  borrowing func readAll(limit: Int) throws(Errno) -> [UInt8] {
    var contents: [UInt8] = []
    var room = [UInt8](repeating: 0, count: min(limit, 16 * 1024) + 1)
    while true {
      let outcome = try room.withUnsafeMutableBufferPointer { (buffer) throws(Errno) in
        try read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      guard case .bytes(let count) = outcome else { return contents }
      if count > limit - contents.count { throw Errno("read", .fileTooLarge) }
      contents += room[..<count]
    }
  }
}
