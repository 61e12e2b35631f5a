import PeerNet

/// How long a service that ended rests before it is started again: 1 s, doubled up to 30 s while it keeps ending.
struct RestartPause: Equatable {
  static let first = TimeSpan.seconds(1)
  static let longest = TimeSpan.seconds(30)
  /// Who ran that long was well; the next rest is the first again.
  static let healthy = TimeSpan.seconds(60)

  private var next = RestartPause.first

  mutating func rest(afterRunning duration: TimeSpan) -> TimeSpan {
    if duration >= RestartPause.healthy { next = RestartPause.first }
    let rest = next
    next = min(next * 2, RestartPause.longest)
    return rest
  }
}
