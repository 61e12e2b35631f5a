import PeerNet

/// A line of the board's log: `2026-11-23T19:24:21Z 12.345 agent: daemon.started`.
///
/// Both clocks stand there: a board without a battery starts with a wrong date, and the seconds since its start go on.
public struct LogLine: Equatable, Sendable {
  /// Who wrote it.
  public let name: [UInt8]
  /// Without the priority that it began with.
  public let text: [UInt8]
  /// Worth a look: error to warning, as sd-daemon(3) has it.
  public let isWarning: Bool

  /// Whether a line has the priority notice or a higher one, as the agent's lines about changes of the board have.
  public static func isNotice(_ line: [UInt8]) -> Bool {
    line.count >= 3 && line[0] == UInt8(ascii: "<") && line[2] == UInt8(ascii: ">")
      && (UInt8(ascii: "0")...UInt8(ascii: "5")).contains(line[1])
  }

  /// Takes a leading `<0>` to `<7>` for the line's priority.
  public init(name: [UInt8], _ line: [UInt8]) {
    self.name = name
    let hasPriority =
      line.count >= 3 && line[0] == UInt8(ascii: "<") && line[2] == UInt8(ascii: ">")
      && (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(line[1])
    isWarning = hasPriority && line[1] <= UInt8(ascii: "4")
    text = hasPriority ? Array(line[3...]) : line
  }

  /// With a priority of its own.
  public init(name: [UInt8], isWarning: Bool, _ text: [UInt8]) {
    self.name = name
    self.isWarning = isWarning
    self.text = text
  }

  /// As it stands in the file, with its line end. `date` is in seconds since 1970.
  public func bytes(date: Int64, uptime: Instant) -> [UInt8] {
    var line: [UInt8] = []
    line.append(date: date)
    line += " "
    line.append(decimal: uptime.nanoseconds / 1_000_000_000)
    line += "."
    line.append(decimal: Int64(clamping: uptime.nanoseconds / 1_000_000 % 1000), width: 3)
    line += " "
    line += name
    line += ": "
    line += text
    line += "\n"
    return line
  }
}

extension [UInt8] {
  /// `seconds` since 1970 as `1970-01-01T00:00:00Z`; what lies before or beyond the year 9999 is clamped.
  mutating func append(date seconds: Int64) {
    let seconds = Swift.min(Swift.max(seconds, 0), 253_402_300_799)
    // Howard Hinnant's days-to-civil: years begin in March, so that the day that comes and goes is the last.
    let days = seconds / 86_400 + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    append(decimal: year + era * 400 + (month >= 10 ? 1 : 0), width: 4)
    self += "-"
    append(decimal: month < 10 ? month + 3 : month - 9, width: 2)
    self += "-"
    append(decimal: dayOfYear - (153 * month + 2) / 5 + 1, width: 2)
    self += "T"
    append(decimal: seconds % 86_400 / 3600, width: 2)
    self += ":"
    append(decimal: seconds % 3600 / 60, width: 2)
    self += ":"
    append(decimal: seconds % 60, width: 2)
    self += "Z"
  }
}
