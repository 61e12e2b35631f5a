import CLinux

/// The streams that the process was started with.
enum StandardStream: Int32 {
  case output = 1
  case error = 2

  /// Writes everything, for commands, which may wait. What nobody reads any more is gone.
  func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let count = clinux_write(rawValue, buffer.baseAddress! + written, buffer.count - written)
        guard count > 0 else { return }
        written += count
      }
    }
  }

  /// Writes a line of the log, all of it or nothing, without waiting; whether it did. A stream that is writable takes
  /// at least a page, more than a line has.
  func writeLine(_ line: [UInt8]) -> Bool {
    guard clinux_can_write(rawValue) == 1 else { return false }
    return line.withUnsafeBytes { clinux_write(rawValue, $0.baseAddress, $0.count) } == line.count
  }
}
