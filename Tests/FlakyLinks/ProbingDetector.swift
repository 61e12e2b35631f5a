import PeerNet

/// What we may become: `alive → suspect → dead`.
///
/// A silent peer is asked in the stream. What is not answered within a time that adapts to the answers so far is suspect:
/// a second dial starts, and datagrams ask every quarter of a second. A datagram's echo is life, whatever TCP does. How
/// long a suspect has adapts as well: a link whose answers come late gets more time.
public final class ProbingDetector: Detector {
  /// The parameters that are searched for.
  public struct Rules: Hashable, Sendable {
    /// Silence after which the peer is asked.
    public var interval = Duration.milliseconds(5_100)
    /// The share of it that chance may take off.
    public var jitter = 0.1
    /// The least time for an answer.
    public var answerFloor = Duration.milliseconds(1_300)
    /// The most time for an answer.
    public var answerCeiling = Duration.milliseconds(2_500)
    /// How many mean deviations above the smoothed round trip an answer may take.
    public var deviations: Int64 = 4
    /// Between two datagrams to a suspect; nil for a policy that has none.
    public var probeInterval: Duration? = .milliseconds(250)
    /// The least time that a suspect has to be heard.
    public var verdictFloor = Duration.milliseconds(3_000)
    /// The most time.
    public var verdictCeiling = Duration.milliseconds(6_500)

    /// The candidate's values.
    public init() {}
  }

  private let rules: Rules
  private var dice: Dice
  private var heard: Instant
  /// Since when it is suspect.
  private var suspected: Instant?
  /// The last datagram heard while suspect.
  private var echoed: Instant?
  private var nextProbe = Instant.distantFuture
  private var asked: (number: UInt32, at: Instant)?
  private var wait = Duration.zero
  private var hasAsked = false
  private var number: UInt32 = 0
  private var smoothed: Duration?
  private var deviation = Duration.zero
  private var isDead = false

  init(_ rules: Rules, dice: Dice, now: Instant) {
    self.rules = rules
    self.dice = dice
    heard = now
    wait = jittered()
  }

  private func jittered() -> Duration {
    rules.interval - dice.duration(below: .nanoseconds(Int64(Double(rules.interval.nanoseconds) * rules.jitter)))
  }

  /// What the answers so far let expect, unbounded.
  private var expected: Duration { smoothed.map { $0 + deviation * rules.deviations } ?? rules.answerFloor }

  private var answerTime: Duration { min(max(expected, rules.answerFloor), rules.answerCeiling) }

  private var verdictTime: Duration {
    let extra = max(expected - rules.answerFloor, .zero)
    return min(rules.verdictFloor + extra * 4, rules.verdictCeiling)
  }

  private var limit: Instant {
    guard let suspected else { return heard + wait + answerTime }
    // An echo is life: from then on the whole time counts again, or a second silence would find less patience.
    return max(suspected, echoed.map { $0 + answerTime } ?? suspected) + verdictTime
  }

  public var deadline: Instant {
    if isDead { return .distantFuture }
    if suspected != nil { return min(nextProbe, limit) }
    return hasAsked ? limit : heard + wait
  }

  public func timeout(now: Instant, actions: inout [Action]) {
    guard !isDead else { return }
    if now >= limit {
      if suspected != nil {
        isDead = true
        return actions.append(.dead)
      }
      suspected = now
      nextProbe = rules.probeInterval == nil ? .distantFuture : now
      actions.append(.suspect)
    }
    if suspected != nil {
      guard now >= nextProbe, let interval = rules.probeInterval else { return }
      nextProbe = now + interval
      number &+= 1
      actions.append(.say(.ping(number), .datagram))
    } else if now >= heard + wait, !hasAsked {
      hasAsked = true
      number &+= 1
      asked = (number, now)
      actions.append(.say(.ping(number), .stream))
    }
  }

  public func received(_ message: Message, _ channel: Channel, now: Instant, actions: inout [Action]) {
    if case .ping(let number) = message { actions.append(.say(.pong(number), channel)) }
    if channel == .datagram {
      // Over datagrams only the answer to a question of ours is life.
      if case .pong = message, suspected != nil { echoed = now }
      return
    }
    if case .pong(let number) = message, let asked, asked.number == number {
      measure(now - asked.at)
      self.asked = nil
    }
    heard = now
    wait = jittered()
    hasAsked = false
    echoed = nil
    nextProbe = .distantFuture
    if suspected != nil {
      suspected = nil
      actions.append(.relieved)
    }
  }

  private func measure(_ sample: Duration) {
    guard let smoothed else {
      self.smoothed = sample
      deviation = sample / 2
      return
    }
    deviation = deviation * 3 / 4 + max(sample - smoothed, smoothed - sample) / 4
    self.smoothed = smoothed * 7 / 8 + sample / 8
  }
}
