import Glibc

/// A file that somebody wrote for us to read as a whole.
enum SmallFile {
  /// Up to `limit` bytes; more is a fault.
  static func read(_ path: String, limit: Int) throws(InvalidSetting) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw InvalidSetting("cannot read \(Printable.text(path)): \(Console.text(errno: errno))") }
    defer { close(file) }
    // One byte more than may be there tells whether there is more.
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress! + filled, $0.count - filled) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else {
        throw InvalidSetting("cannot read \(Printable.text(path)): \(Console.text(errno: errno))")
      }
      if count == 0 { break }
      filled += count
    }
    guard filled <= limit else { throw InvalidSetting("\(Printable.text(path)) is larger than \(limit) bytes") }
    return Array(bytes.prefix(filled))
  }
}
