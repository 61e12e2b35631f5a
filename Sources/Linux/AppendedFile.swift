import CLinux

/// A file that only grows, as a log does.
public struct AppendedFile: ~Copyable {
  private let descriptor: FileDescriptor
  /// How large it is, in bytes.
  public private(set) var size: Int

  /// Opens it, or makes it with mode 0600.
  public init(path: [UInt8]) throws(Errno) {
    let number = try withCString("open", path) { clinux_create_append($0, 0o600) }
    descriptor = FileDescriptor(owning: try check("open", number))
    size = Int(clamping: max(0, clinux_regular_size(descriptor.number)))
  }

  /// Appends all of it, or throws: `noSpace` also where the disk took only a part.
  public mutating func append(_ bytes: [UInt8]) throws(Errno) {
    let result = bytes.withUnsafeBufferPointer { clinux_write(descriptor.number, $0.baseAddress, $0.count) }
    let written = try check("write", result)
    size += written
    if written < bytes.count { throw Errno("write", .noSpace) }
  }

  /// Waits until the disk has it all.
  public borrowing func synchronize() throws(Errno) { try check("fsync", clinux_fsync(descriptor.number)) }
}
