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

/// The text of a file that was saved by an editor or a spreadsheet.
package enum TextFile {
  /// The bytes behind the byte-order mark that some programs put before UTF-8. The error names the encoding of a file
  /// that is not UTF-8.
  static func utf8(_ bytes: [UInt8]) throws(InvalidSetting) -> ArraySlice<UInt8> {
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { return bytes[3...] }
    // UTF-16 begins with a byte-order mark, or every other byte of Latin text is zero.
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) || bytes.prefix(64).contains(0) {
      throw InvalidSetting("it is saved as UTF-16; save it as UTF-8")
    }
    return bytes[...]
  }

  /// What is wrong at the ends of the text, for a sentence; nil when nothing is. Nobody sees a blank there.
  package static func blank(atAnEndOf text: [UInt8]) -> String? {
    let text = String(decoding: text, as: UTF8.self).unicodeScalars
    switch (text.first?.properties.isWhitespace ?? false, text.last?.properties.isWhitespace ?? false) {
    case (true, true): return "begins and ends with a blank"
    case (true, false): return "begins with a blank"
    case (false, true): return "ends with a blank"
    case (false, false): return nil
    }
  }
}
