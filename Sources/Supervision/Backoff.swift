import PeerNet

/// How long a service that ended rests before it is started again: 1 s, doubled up to 30 s while it keeps ending.
struct Backoff: Equatable {
  static let first = TimeSpan.seconds(1)
  static let longest = TimeSpan.seconds(30)
  /// Who ran that long was well; the next rest is the first again.
  static let healthy = TimeSpan.seconds(60)

  private var next = Backoff.first

  mutating func rest(afterRunning duration: TimeSpan) -> TimeSpan {
    if duration >= Backoff.healthy { next = Backoff.first }
    let rest = next
    next = min(next * 2, Backoff.longest)
    return rest
  }
}
