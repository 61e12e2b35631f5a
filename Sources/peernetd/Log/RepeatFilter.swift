import PeerNet

/// Lets a failure through once, or what happens often a few times, and counts its repetitions: each window with any ends
/// in one line that tells how many.
///
/// What repeats is an event about a subject, whatever the rest of the line says. The subjects of an event are bounded: a
/// flood of different ones is counted under the event alone, and costs no other event its lines.
struct RepeatFilter {
  struct Summary: Equatable {
    /// The latest repetition's line.
    let line: [UInt8]
    let level: LogLevel
    let count: Int64
  }

  private struct Entry {
    let level: LogLevel
    let event: [UInt8]
    let subject: [UInt8]
    var end: Instant
    var line: [UInt8]
    var count: Int64
    let burst: Int64
    /// How many more lines may be written in this window.
    var room: Int64
  }

  private let window: TimeSpan
  private let capacity: Int
  private var entries: [Entry] = []
  /// When `summaries` has something to do next.
  private(set) var deadline: Instant?

  init(window: TimeSpan = .seconds(60), capacity: Int = 64) {
    self.window = window
    self.capacity = capacity
  }

  /// Whether the line is to be written now; otherwise it was counted. The first `burst` lines of a window are written.
  mutating func admit(
    _ line: [UInt8], _ level: LogLevel, event: [UInt8], subject: [UInt8], burst: Int64 = 1, at now: Instant
  ) -> Bool {
    var subjects = 0
    var common: Int?
    for index in entries.indices where entries[index].event == event {
      if entries[index].subject == subject { return count(line, at: index) }
      if entries[index].subject.isEmpty { common = index }
      subjects += 1
    }
    let isFull = subjects >= capacity
    if isFull, let common { return count(line, at: common) }
    let end = now + window
    entries.append(
      Entry(
        level: level, event: event, subject: isFull ? [] : subject, end: end, line: line, count: 0, burst: burst,
        room: burst - 1))
    deadline = min(deadline ?? end, end)
    return true
  }

  /// Ends the windows that are over: those with repetitions are told and begin anew, the others are forgotten.
  mutating func summaries(at now: Instant) -> [Summary] {
    guard let deadline, deadline <= now else { return [] }
    var summaries: [Summary] = []
    var kept: [Entry] = []
    for var entry in entries {
      if entry.end <= now {
        guard entry.count > 0 else { continue }
        summaries.append(Summary(line: entry.line, level: entry.level, count: entry.count))
        entry.end = now + window
        entry.count = 0
        entry.room = entry.burst - 1
      }
      kept.append(entry)
    }
    entries = kept
    self.deadline = kept.lazy.map { $0.end }.min()
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
