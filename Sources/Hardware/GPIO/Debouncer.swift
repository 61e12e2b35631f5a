/// An input's level without its bounces, from the times of its edges: a level counts once it has stood for the period.
///
/// Times are nanoseconds on one monotonic clock.
struct Debouncer {
  private let period: UInt64
  /// The last level that stood for the period.
  private var settled: Bool
  private var level: Bool
  private var since: UInt64

  /// The level that a line has when it is first looked at counts at once.
  init(period: UInt64, level: Bool, at time: UInt64) {
    self.period = period
    self.level = level
    settled = level
    since = time
  }

  /// An edge towards the level it already has means that the one between was lost: it moved, so its time starts anew.
  mutating func edge(to level: Bool, at time: UInt64) {
    // Older than what was seen on the line itself.
    guard time >= since else { return }
    settled = value(at: time)
    self.level = level
    since = time
  }

  /// What a look at the line itself showed, in case that edges were lost.
  mutating func observe(_ level: Bool, at time: UInt64) {
    if level != self.level { edge(to: level, at: time) }
  }

  func value(at time: UInt64) -> Bool {
    time >= since && time - since >= period ? level : settled
  }
}
