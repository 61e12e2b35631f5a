/// Lets `burst` events pass at once and `1 / interval` a second in the long run.
struct TokenBucket {
  private let interval: TimeSpan
  private let burst: Int64
  /// When the bucket would be full if nothing more were taken.
  private var fullAt: Instant = .zero

  init(interval: TimeSpan, burst: Int64) {
    self.interval = interval
    self.burst = burst
  }

  func isFull(now: Instant) -> Bool { fullAt <= now }

  /// Takes a token if at least `reserve` tokens are left afterwards.
  mutating func take(leaving reserve: Int64 = 0, now: Instant) -> Bool {
    let next = max(fullAt, now) + interval
    guard next - now <= interval * (burst - reserve) else { return false }
    fullAt = next
    return true
  }

  /// Returns a token that was taken.
  mutating func giveBack() { fullAt = fullAt - interval }

  /// When a token can be taken that leaves at least `reserve` tokens.
  func next(leaving reserve: Int64 = 0) -> Instant { fullAt - interval * (burst - reserve - 1) }
}
