import Disk
import Linux
import PeerNet

/// Section `[image]`: where a flashed board's disk is, and what is told of the image.
struct ImageSettings: Equatable, Sendable {
  /// The whole disk; nil on a system that is not our image, which has no slots.
  var disk: [UInt8]?
  /// The kernel's command line, which names the slot that runs.
  var commandLine = Array("/proc/cmdline".utf8)
  /// `version=` and `board=` of the image that runs.
  var release = Array("/etc/board/release".utf8)
  /// What process 1 found at boot.
  var facts = Array("/run/board/facts".utf8)
  /// The interfaces over which a system on trial must be reachable; nil for those over which the previous system was
  /// reached.
  var confirm: TrialPath?
  /// How long a system on trial must have had a network when no peer calls.
  var patience = Trial.standardPatience
  /// How long a system on trial may be without a network.
  var networkTimeout = Trial.standardNetworkTimeout

  /// Nil when it cannot be told, too.
  var running: RunningSlot? { RunningSlot(commandLine: Self.read(commandLine)) }

  /// A value of the release file.
  func release(_ key: StaticString) -> [UInt8]? { Self.value(of: key, in: Self.read(release)) }

  static func read(_ path: [UInt8]) -> [UInt8] { (try? readFile(path, limit: 16 * 1024)) ?? [] }

  /// What stands behind `KEY=` at the start of the text, or behind a separator or the end of a line: 1 to 256 bytes of it.
  static func value(
    of key: StaticString, in text: [UInt8], endingIn separator: UInt8 = UInt8(ascii: "\n")
  ) -> [UInt8]? {
    let name = key.bytes + [UInt8(ascii: "=")]
    let isEnd = { (byte: UInt8) in byte == separator || byte == UInt8(ascii: "\n") }
    var start = 0
    while start < text.count {
      var end = start
      while end < text.count, !isEnd(text[end]) { end += 1 }
      if end - start > name.count, Array(text[start..<start + name.count]) == name {
        return Array(text[(start + name.count)..<min(end, start + name.count + 256)])
      }
      start = end + 1
    }
    return nil
  }
}
