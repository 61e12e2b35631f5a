/// Lets `burst` events pass at once and `1 / interval` a second in the long run.
struct TokenBucket {
  private let interval: Duration
  private let burst: Int64
  /// When the bucket would be full if nothing more were taken.
  private var fullAt: Instant = .zero

  init(interval: Duration, burst: Int64) {
    self.interval = interval
    self.burst = burst
  }

  func isFull(now: Instant) -> Bool { fullAt <= now }

  /// When one may pass again.
  var next: Instant { fullAt - interval * (burst - 1) }

  mutating func take(now: Instant) -> Bool {
    let next = max(fullAt, now) + interval
    guard next - now <= interval * burst else { return false }
    fullAt = next
    return true
  }
}
