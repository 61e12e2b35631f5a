import PeerNet

/// QUIC with a keepalive of 5 s and an idle timeout of 15 s (RFC 9000, 10.1; RFC 9002, 6.2): a PING is acknowledged, and
/// sent again after a probe timeout that doubles. Whatever arrives starts the idle timeout anew; so does the first thing
/// sent after it that wants an acknowledgment.
final class QUICDetector: Detector {
  private static let keepalive = TimeSpan.seconds(5)
  private static let idle = TimeSpan.seconds(15)
  private static let acknowledgmentDelay = TimeSpan.milliseconds(25)

  private var idleSince: Instant
  private var heard: Instant
  private var sentSinceHeard = false
  private var number: UInt32 = 0
  /// The packets that wait for their acknowledgment.
  private var unanswered: [(number: UInt32, at: Instant)] = []
  private var smoothed: TimeSpan?
  private var deviation = TimeSpan.zero
  private var backoff: Int64 = 1
  private var isDead = false

  init(now: Instant) {
    idleSince = now
    heard = now
  }

  private var probeTimeout: TimeSpan {
    guard let smoothed else { return .milliseconds(999) }
    return smoothed + max(deviation * 4, .milliseconds(1)) + Self.acknowledgmentDelay
  }

  private var next: Instant {
    unanswered.last.map { $0.at + probeTimeout * backoff } ?? heard + Self.keepalive
  }

  private var limit: Instant { idleSince + max(Self.idle, probeTimeout * 3) }

  var deadline: Instant { isDead ? .distantFuture : min(next, limit) }

  func timeout(now: Instant, actions: inout [Action]) {
    guard !isDead else { return }
    if now >= limit {
      isDead = true
      return actions.append(.dead)
    }
    guard now >= next else { return }
    if !unanswered.isEmpty { backoff *= 2 }
    number &+= 1
    unanswered.append((number, now))
    if !sentSinceHeard { idleSince = now }
    sentSinceHeard = true
    actions.append(.say(.ping(number), .datagram))
  }

  func received(_ message: Message, _ channel: Channel, now: Instant, actions: inout [Action]) {
    heard = now
    idleSince = now
    sentSinceHeard = false
    switch message {
    case .beat: break
    case .ping(let number): actions.append(.say(.pong(number), .datagram))
    case .pong(let number):
      guard let index = unanswered.firstIndex(where: { $0.number == number }) else { return }
      measure(now - unanswered[index].at)
      unanswered = []
      backoff = 1
    }
  }

  private func measure(_ sample: TimeSpan) {
    guard let smoothed else {
      self.smoothed = sample
      deviation = sample / 2
      return
    }
    deviation = deviation * 3 / 4 + max(sample - smoothed, smoothed - sample) / 4
    self.smoothed = smoothed * 7 / 8 + sample / 8
  }
}
