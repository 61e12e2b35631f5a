import Basics
import Linux
import Supervision

/// The kernel's log, and by it the console: for what somebody with a serial cable must see.
final class KernelLog {
  private let device: FileDescriptor?

  init(_ path: [UInt8]) {
    do throws(Errno) { device = try FileDescriptor.open(path, for: .writing) } catch { device = nil }
  }

  /// One line, at a level that also a quiet kernel shows.
  func write(_ line: [UInt8]) {
    let record = [UInt8]("<3>") + line.prefix(900) + [UInt8]("\n")
    record.withUnsafeBytes { _ = try? device?.write($0) }
  }
}
