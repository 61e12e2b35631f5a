import Linux
import PeerNet

/// The daemon's log: one line an event, one unbuffered write a line, to stderr with syslog priorities.
///
/// It never blocks the loop: a line that does not fit at once is dropped, and the next line tells how many were.
final class Log {
  /// Writes a whole line or nothing; whether it did.
  typealias Sink = ([UInt8]) -> Bool

  var level: LogLevel
  private let sink: Sink
  private var filter: RepeatFilter
  private var dropped: Int64 = 0

  init(level: LogLevel, filter: RepeatFilter = RepeatFilter(), sink: @escaping Sink) {
    self.level = level
    self.filter = filter
    self.sink = sink
  }

  /// When `timeout` has something to write.
  var deadline: Instant? { filter.deadline }

  /// Writes an event.
  func write(_ level: LogLevel, _ event: StaticString, _ fields: [LogField] = []) {
    guard level <= self.level else { return }
    put(LogLine.format(level, event, fields, []))
  }

  /// Writes a failure the first time, or the first few times if it is a frequent one. While the same failure of the
  /// same subject repeats, it is only counted.
  func writeFailure(
    _ level: LogLevel = .warning, _ event: StaticString, about subject: [LogField] = [], _ details: [LogField] = [],
    burst: Int64 = 1, at now: Instant
  ) {
    guard level <= self.level else { return }
    var subjectText: [UInt8] = []
    for field in subject { field.append(to: &subjectText) }
    let line = LogLine.format(level, event, subject, details)
    guard filter.admit(line, event: event.bytes, subject: subjectText, burst: burst, at: now) else { return }
    put(line)
  }

  /// Tells what was repeated in the windows that are over.
  func timeout(at now: Instant) {
    for summary in filter.summaries(at: now) { put(summary.line, repeated: summary.count) }
  }

  private func put(_ line: [UInt8], repeated: Int64 = 0) {
    if sink(LogLine.finished(line, repeated: repeated, dropped: dropped)) {
      dropped = 0
    } else {
      dropped += 1
    }
  }
}
