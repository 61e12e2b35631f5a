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
  /// The silence after which the next ping is due. Drawn anew with every ping, so that neither side always pings.
  private var wait: Duration
  private var nextPing: Instant

  enum Verdict { case fine, ping, dead }

  init(interval: Duration, timeout: Duration, now: Instant, random: inout RandomStream) {
    self.interval = interval
    patience = timeout
    heard = now
    wait = Self.jittered(interval, random: &random)
    nextPing = now + wait
  }

  var deadline: Instant { min(nextPing, heard + patience) }

  mutating func received(now: Instant) {
    heard = now
    nextPing = now + wait
  }

  mutating func timeout(now: Instant, random: inout RandomStream) -> Verdict {
    if now >= heard + patience { return .dead }
    guard now >= nextPing else { return .fine }
    // The next one waits for a fresh interval counted from now: an unanswered ping is repeated at the same pace.
    wait = Self.jittered(interval, random: &random)
    nextPing = now + wait
    return .ping
  }

  mutating func sentPing(now: Instant) { pinged = now }

  mutating func receivedPong(now: Instant) {
    guard let sent = pinged else { return }
    roundTrip = now - sent
    pinged = nil
  }

  private static func jittered(_ interval: Duration, random: inout RandomStream) -> Duration {
    let tenth = UInt64(max(interval.nanoseconds / 10, 1))
    return Duration(nanoseconds: interval.nanoseconds - Int64(random.below(tenth)))
  }
}
