import CLinux

/// A lock file that a process holds as long as it lives, with its process id in it.
public final class ProcessLock {
  /// The outcome of an attempt to take the lock.
  public enum Outcome {
    /// The lock was taken and is held until the process ends.
    case taken(ProcessLock)
    /// Another process holds it: the digits of its id, or `?`.
    case held(by: [UInt8])
  }

  private static let idByteCount = 11
  private let file: FileDescriptor

  private init(_ file: consuming FileDescriptor) { self.file = file }

  /// Makes the file, if it is not there, and takes the lock without waiting (flock(2)).
  public static func take(_ path: [UInt8]) throws(Errno) -> Outcome {
    let number = try withCString("open", path) { clinux_open_lock($0, 0o600) }
    let file = FileDescriptor(owning: try check("open", number))
    let result = clinux_flock(file.number, 0)
    if result == 0 &- Errno.Code.tryAgain.number { return .held(by: holder(file.number)) }
    try check("flock", result)
    var id: [UInt8] = []
    var rest = clinux_process_id()
    repeat {
      id.insert(UInt8(ascii: "0") + UInt8(rest % 10), at: 0)
      rest /= 10
    } while rest > 0
    id += [UInt8](repeating: UInt8(ascii: " "), count: idByteCount - 1 - id.count) + [UInt8(ascii: "\n")]
    // The process id is for people; the lock works without it.
    _ = id.withUnsafeBytes { clinux_write_at(file.number, $0.baseAddress, $0.count, 0) }
    return .taken(ProcessLock(file))
  }

  private static func holder(_ number: Int32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: idByteCount)
    let count = bytes.withUnsafeMutableBytes { clinux_read_at(number, $0.baseAddress, $0.count, 0) }
    let digits = bytes.prefix(max(0, count)).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return digits.isEmpty ? [UInt8(ascii: "?")] : Array(digits)
  }
}
