import Glibc
import PeerNetClient

/// A file that somebody wrote for us to read as a whole.
package enum SmallFile {
  /// Why the file cannot be read, to continue a sentence after "because".
  package struct Fault: Error {
    /// For people.
    package let reason: String
  }

  /// Up to `limit` bytes; more is a fault.
  package static func read(_ path: String, limit: Int) throws(InvalidSetting) -> [UInt8] {
    do throws(Fault) { return try bytes(of: path, limit: limit) } catch {
      throw InvalidSetting("cannot read \(Printable.text(path)): \(error.reason)")
    }
  }

  /// The bytes of a regular file. A FIFO or a device could keep the command waiting for ever.
  package static func bytes(of path: String, limit: Int) throws(Fault) -> [UInt8] {
    let file = try openRegular(path)
    defer { close(file) }
    return try bytes(of: file, limit: limit)
  }

  /// Reads standard input, which may be of any kind, to its end.
  static func standardInput(limit: Int) throws(InvalidSetting) -> [UInt8] {
    do throws(Fault) { return try bytes(of: STDIN_FILENO, limit: limit) } catch {
      throw InvalidSetting("cannot read standard input: \(error.reason)")
    }
  }

  /// Opens a regular file; the caller closes the descriptor.
  static func openRegular(_ path: String) throws(Fault) -> Int32 {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard file >= 0 else { throw Fault(reason: SystemError.latest.text) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(file)
      throw Fault(reason: "it is no regular file")
    }
    return file
  }

  private static func bytes(of file: Int32, limit: Int) throws(Fault) -> [UInt8] {
    // One byte more than may be there tells whether there is more.
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress! + filled, $0.count - filled) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw Fault(reason: SystemError.latest.text) }
      if count == 0 { break }
      filled += count
    }
    guard filled <= limit else { throw Fault(reason: "it is larger than \(limit) bytes") }
    return Array(bytes.prefix(filled))
  }
}
