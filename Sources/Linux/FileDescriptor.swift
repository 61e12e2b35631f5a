import CLinux

/// What a read found.
public enum ReadOutcome: Equatable, Sendable {
  /// That many bytes, at least one.
  case bytes(Int)
  /// The other side has ended, or the file has.
  case end
  /// Nothing now; wait until it is readable.
  case wouldBlock
}

/// An open file descriptor and the duty to close it.
public struct FileDescriptor: ~Copyable {
  /// As the kernel counts it; -1 once it was closed or given away.
  public private(set) var number: Int32

  /// Takes over a descriptor that nobody else will close.
  public init(owning number: Int32) { self.number = number }

  /// What a file is opened for.
  public enum Access: Sendable {
    /// Only to read, from the start.
    case reading
    /// Only to write.
    case writing
  }

  /// Opens what is there already, non-blocking: a device, a FIFO, a file of /sys.
  public static func open(_ path: [UInt8], for access: Access) throws(Errno) -> FileDescriptor {
    let number = try withCString("open", path) { path in
      switch access {
      case .reading: clinux_open_read(path)
      case .writing: clinux_open_write(path)
      }
    }
    return FileDescriptor(owning: try check("open", number))
  }

  deinit {
    if number >= 0 { _ = clinux_close(number) }
  }

  /// Gives up the duty to close.
  public consuming func release() -> Int32 {
    let number = self.number
    self.number = -1
    return number
  }

  /// Reads once. An empty `buffer` reads nothing and is no end.
  public borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> ReadOutcome {
    if buffer.isEmpty { return .bytes(0) }
    return try outcome(clinux_read(number, buffer.baseAddress, buffer.count))
  }

  /// Reads once into `first` and, when that is full, on into `second` (readv).
  public borrowing func read(
    into first: UnsafeMutableRawBufferPointer, then second: UnsafeMutableRawBufferPointer
  ) throws(Errno) -> ReadOutcome {
    if first.isEmpty && second.isEmpty { return .bytes(0) }
    return try outcome(
      clinux_read_two(number, first.baseAddress, first.count, second.baseAddress, second.count))
  }

  /// Reads `count` bytes from that place of a file or disk; fewer only where it ends before.
  public borrowing func read(at offset: UInt64, count: Int) throws(Errno) -> [UInt8] {
    guard let start = Int64(exactly: offset), count >= 0 else { throw Errno("lseek", .invalidArgument) }
    try check("lseek", Int(clamping: clinux_seek(number, start)))
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let result = bytes.withUnsafeMutableBytes { clinux_read(number, $0.baseAddress! + filled, count - filled) }
      let taken = try check("read", result)
      if taken == 0 { break }
      filled += taken
    }
    bytes.removeLast(count - filled)
    return bytes
  }

  /// Writes once: the number of bytes taken, nil when the call would have blocked.
  public borrowing func write(_ bytes: UnsafeRawBufferPointer) throws(Errno) -> Int? {
    try checkReady("write", clinux_write(number, bytes.baseAddress, bytes.count))
  }

  /// From now on reads and writes say that they would block instead of blocking (O_NONBLOCK).
  public borrowing func setNonBlocking() throws(Errno) {
    try check("fcntl", clinux_set_nonblocking(number))
  }

  private func outcome(_ result: Int) throws(Errno) -> ReadOutcome {
    guard let count = try checkReady("read", result) else { return .wouldBlock }
    return count == 0 ? .end : .bytes(count)
  }
}

/// A pipe's two ends, close-on-exec and blocking.
public struct Pipe: ~Copyable {
  /// The end that reads.
  public var reading: FileDescriptor
  /// The end that writes.
  public var writing: FileDescriptor

  /// Both ends open.
  public init() throws(Errno) {
    var ends: (Int32, Int32) = (-1, -1)
    let result = withUnsafeMutableBytes(of: &ends) { buffer in
      clinux_pipe(buffer.baseAddress!.assumingMemoryBound(to: Int32.self))
    }
    try check("pipe", result)
    reading = FileDescriptor(owning: ends.0)
    writing = FileDescriptor(owning: ends.1)
  }
}
