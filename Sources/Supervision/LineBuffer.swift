/// Makes lines of what a service writes, as it comes. Bounded: a line that is too long becomes several.
public struct LineBuffer: Sendable {
  /// The longest line, in bytes.
  public static let maximumLength = 1024

  private var pending: [UInt8] = []

  /// Nothing written yet.
  public init() {}

  /// The lines that `bytes` complete, without what does not print.
  public mutating func take(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        if !pending.isEmpty { lines.append(pending) }
        pending = []
      } else if byte != UInt8(ascii: "\r") {
        pending.append((0x20...0x7e).contains(byte) ? byte : UInt8(ascii: "?"))
        if pending.count == LineBuffer.maximumLength {
          lines.append(pending)
          pending = []
        }
      }
    }
    return lines
  }

  /// What stands after the last line end, when nothing will follow it.
  public mutating func rest() -> [UInt8]? {
    defer { pending = [] }
    return pending.isEmpty ? nil : pending
  }
}
