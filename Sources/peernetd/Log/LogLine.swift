import Basics

/// One event of the log: `<6>peer.connected peer=ab12cd34ef567890 addr=192.168.1.5:4040` and a newline.
enum LogLine {
  /// Longer lines are cut, so that one write to a pipe or a socket is never torn or half done.
  static let maximumSize = 1024

  /// What was not written before a line.
  struct Dropped {
    var lines: Int64 = 0
    /// Lines of notice or above, which are dropped only when too many of them wait.
    var notices: Int64 = 0
  }

  static func format(
    _ level: LogLevel, _ event: StaticString, _ subject: [LogField], _ details: [LogField]
  ) -> [UInt8] {
    var line: [UInt8] = [UInt8(ascii: "<"), UInt8(ascii: "0") + level.rawValue, UInt8(ascii: ">")]
    line += event
    for field in subject { field.append(to: &line) }
    for field in details { field.append(to: &line) }
    return line
  }

  /// The bytes to write: bounded, with what was repeated or dropped, and the newline.
  static func finished(_ line: [UInt8], repeated: Int64 = 0, dropped: Dropped = Dropped()) -> [UInt8] {
    var tail: [UInt8] = []
    if repeated > 0 { LogField.number("repeated", repeated).append(to: &tail) }
    if dropped.lines > 0 { LogField.number("dropped_lines", dropped.lines).append(to: &tail) }
    if dropped.notices > 0 { LogField.number("dropped_notices", dropped.notices).append(to: &tail) }
    tail += "\n"
    let room = maximumSize - tail.count
    guard line.count > room else { return line + tail }
    return line.prefix(room - 3) + "...".utf8 + tail
  }
}
