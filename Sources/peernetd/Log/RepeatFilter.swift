import PeerNet

/// Lets a failure through once, or what happens often a few times, and counts its repetitions: each window with any ends in one line that tells how many.
///
/// What repeats is an event about a subject, whatever the rest of the line says. Subjects are bounded: a flood of
/// different ones is counted under its event alone.
struct RepeatFilter {
  struct Summary: Equatable {
    /// The latest repetition's line.
    let line: [UInt8]
    let count: Int64
  }

  private struct Entry {
    let event: [UInt8]
    let subject: [UInt8]
    let end: Instant
    var line: [UInt8]
    var count: Int64
    let burst: Int64
    /// How many more lines may be written in this window.
    var room: Int64
  }

  private let window: Duration
  private let capacity: Int
  private var entries: [Entry] = []

  init(window: Duration = .seconds(60), capacity: Int = 64) {
    self.window = window
    self.capacity = capacity
  }

  /// When `summaries` has something to do next.
  var deadline: Instant? { entries.lazy.map { $0.end }.min() }

  /// Whether the line is to be written now; otherwise it was counted. The first `burst` lines of a window are written.
  mutating func admit(
    _ line: [UInt8], event: [UInt8], subject: [UInt8], burst: Int64 = 1, at now: Instant
  ) -> Bool {
    let isFull = entries.count >= capacity
    if let index = entries.firstIndex(where: { $0.event == event && ($0.subject == subject) }) {
      return count(line, at: index)
    }
    if isFull, let index = entries.firstIndex(where: { $0.event == event && $0.subject.isEmpty }) {
      return count(line, at: index)
    }
    entries.append(
      Entry(
        event: event, subject: isFull ? [] : subject, end: now + window, line: line, count: 0, burst: burst,
        room: burst - 1))
    return true
  }

  /// Ends the windows that are over: those with repetitions are told and begin anew, the others are forgotten.
  mutating func summaries(at now: Instant) -> [Summary] {
    var summaries: [Summary] = []
    var kept: [Entry] = []
    for entry in entries {
      if entry.end > now {
        kept.append(entry)
      } else if entry.count > 0 {
        summaries.append(Summary(line: entry.line, count: entry.count))
        kept.append(
          Entry(
            event: entry.event, subject: entry.subject, end: now + window, line: entry.line, count: 0,
            burst: entry.burst, room: entry.burst - 1))
      }
    }
    entries = kept
    return summaries
  }

  private mutating func count(_ line: [UInt8], at index: Int) -> Bool {
    guard entries[index].room == 0 else {
      entries[index].room -= 1
      return true
    }
    entries[index].line = line
    entries[index].count += 1
    return false
  }
}
