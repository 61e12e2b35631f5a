import Linux
import PeerNet

/// The daemon's log: one line an event, one unbuffered write a line, to stderr with syslog priorities.
///
/// It never blocks the loop. A line that does not fit at once is dropped, and the next line tells how many were; one of
/// notice or above waits until it fits, since that is what changed the board.
final class Log {
  /// Writes a whole line or nothing; whether it did.
  typealias Sink = ([UInt8]) -> Bool

  /// Bytes of lines that wait. Beyond that they are dropped as well, and counted.
  static let maximumWaitingBytes = 32 << 10
  /// How long after one attempt to write what waits the next is made.
  static let retryInterval = TimeSpan.milliseconds(250)

  private struct Line {
    let text: [UInt8]
    let repeated: Int64
  }

  var level: LogLevel
  private let sink: Sink
  private var filter: RepeatFilter
  private var waiting: [Line] = []
  private var waitingBytes = 0
  private var retryAt = Instant.zero
  private var dropped = LogLine.Dropped()

  init(level: LogLevel, filter: RepeatFilter = RepeatFilter(), sink: @escaping Sink) {
    self.level = level
    self.filter = filter
    self.sink = sink
  }

  /// When `timeout` has something to write.
  var deadline: Instant? {
    guard !waiting.isEmpty else { return filter.deadline }
    return min(retryAt, filter.deadline ?? retryAt)
  }

  /// Writes an event.
  func write(_ level: LogLevel, _ event: StaticString, _ fields: [LogField] = []) {
    guard level <= self.level else { return }
    put(Line(text: LogLine.format(level, event, fields, []), repeated: 0), level)
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
    guard filter.admit(line, level, event: event.bytes, subject: subjectText, burst: burst, at: now) else { return }
    put(Line(text: line, repeated: 0), level)
  }

  /// Tells what was repeated in the windows that are over, and what has waited.
  func timeout(at now: Instant) {
    for summary in filter.summaries(at: now) {
      put(Line(text: summary.line, repeated: summary.count), summary.level)
    }
    guard !waiting.isEmpty, retryAt <= now else { return }
    writeWaiting()
    retryAt = now + Self.retryInterval
  }

  private func put(_ line: Line, _ level: LogLevel) {
    writeWaiting()
    if waiting.isEmpty, writeOut(line) { return }
    guard level <= .notice else { return dropped.lines += 1 }
    guard waitingBytes + line.text.count <= Self.maximumWaitingBytes else { return dropped.notices += 1 }
    waiting.append(line)
    waitingBytes += line.text.count
  }

  /// The oldest first, as far as they fit.
  private func writeWaiting() {
    var count = 0
    for line in waiting {
      guard writeOut(line) else { break }
      count += 1
      waitingBytes -= line.text.count
    }
    waiting.removeFirst(count)
  }

  private func writeOut(_ line: Line) -> Bool {
    guard sink(LogLine.finished(line.text, repeated: line.repeated, dropped: dropped)) else { return false }
    dropped = LogLine.Dropped()
    return true
  }
}
