import Sodium

/// Says when to ping a silent peer and when it is dead. Any authenticated byte counts as life, so of two nodes that
/// share an interval only the one whose jitter fires first pings.
struct Heartbeat {
  private let interval: Duration
  private let patience: Duration
  /// When the peer was last heard.
  private(set) var heard: Instant
  private var pinged: Instant?
  /// The last measured round trip.
  private(set) var roundTrip: Duration?
  private var nextPing: Instant

  enum Verdict { case fine, ping, dead }

  init(interval: Duration, timeout: Duration, now: Instant, random: inout RandomStream) {
    self.interval = interval
    patience = timeout
    heard = now
    nextPing = now
    schedulePing(random: &random)
  }

  var deadline: Instant { min(nextPing, heard + patience) }

  mutating func received(now: Instant, random: inout RandomStream) {
    heard = now
    schedulePing(random: &random)
  }

  mutating func timeout(now: Instant, random: inout RandomStream) -> Verdict {
    if now >= heard + patience { return .dead }
    guard now >= nextPing else { return .fine }
    // The next one waits for a fresh interval counted from now: an unanswered ping is repeated at the same pace.
    nextPing = now + jittered(random: &random)
    return .ping
  }

  mutating func sentPing(now: Instant) { pinged = now }

  mutating func receivedPong(now: Instant) {
    guard let sent = pinged else { return }
    roundTrip = now - sent
    pinged = nil
  }

  private mutating func schedulePing(random: inout RandomStream) { nextPing = heard + jittered(random: &random) }

  private func jittered(random: inout RandomStream) -> Duration {
    let tenth = UInt64(max(interval.nanoseconds / 10, 1))
    return Duration(nanoseconds: interval.nanoseconds - Int64(random.below(tenth)))
  }
}
