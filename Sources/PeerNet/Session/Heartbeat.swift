import Sodium

/// Says when to ping a silent peer and when it is dead. Any authenticated byte counts as life, so of two nodes that
/// share an interval only the one whose jitter fires first pings.
struct Heartbeat {
  private let interval: Duration
  private let patience: Duration
  /// When the peer was last heard.
  private(set) var heard: Instant
  /// When it was last pinged because it was silent: an unanswered ping is repeated at the same pace.
  private var prodded: Instant?
  /// The interval, less this ping's jitter.
  private var wait: Duration
  /// The last ping that is unanswered, to measure the round trip.
  private var pinged: (nonce: [UInt8], at: Instant)?
  /// The last measured round trip.
  private(set) var roundTrip: Duration?

  enum Verdict { case fine, ping, dead }

  init(interval: Duration, timeout: Duration, now: Instant, random: inout RandomStream) {
    self.interval = interval
    patience = timeout
    heard = now
    wait = Self.jittered(interval, random: &random)
  }

  var deadline: Instant { min(nextPing, heard + patience) }

  private var nextPing: Instant { max(heard, prodded ?? heard) + wait }

  mutating func received(now: Instant) { heard = now }

  mutating func timeout(now: Instant, random: inout RandomStream) -> Verdict {
    if now >= heard + patience { return .dead }
    guard now >= nextPing else { return .fine }
    prodded = now
    wait = Self.jittered(interval, random: &random)
    return .ping
  }

  mutating func sentPing(_ nonce: [UInt8], now: Instant) { pinged = (nonce, now) }

  mutating func receivedPong(_ nonce: [UInt8], now: Instant) {
    guard let pinged, pinged.nonce == nonce else { return }
    roundTrip = now - pinged.at
    self.pinged = nil
  }

  private static func jittered(_ interval: Duration, random: inout RandomStream) -> Duration {
    let tenth = UInt64(max(interval.nanoseconds / 10, 1))
    return Duration(nanoseconds: interval.nanoseconds - Int64(random.below(tenth)))
  }
}
