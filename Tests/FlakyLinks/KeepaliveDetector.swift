import PeerNet
import Seeds

/// The usual kind: something is said every so often, and after a fixed time without an answer the peer is dead.
final class KeepaliveDetector: Detector {
  struct Rules: Sendable {
    /// From one message to the next.
    var interval: TimeSpan
    /// The share of the interval that chance may take off.
    var jitter = 0.0
    /// Whether hearing the peer puts the next message off.
    var onlyWhenSilent = true
    /// Whether the message wants an answer.
    var asks = true
    /// Silence, of any message, after which the peer is dead.
    var silence: TimeSpan?
    /// A question may stay unanswered for so long; any message counts as the answer.
    var answer: TimeSpan?
  }

  private let rules: Rules
  private var dice: SeededGenerator
  private var heard: Instant
  private var next: Instant
  private var asked: Instant?
  private var isDead = false
  private var number: UInt32 = 0

  init(_ rules: Rules, dice: SeededGenerator, now: Instant) {
    self.rules = rules
    self.dice = dice
    heard = now
    next = now
    next = now + wait()
  }

  private func wait() -> TimeSpan {
    rules.interval - dice.duration(below: .nanoseconds(Int64(Double(rules.interval.nanoseconds) * rules.jitter)))
  }

  private var limit: Instant {
    if let silence = rules.silence { return heard + silence }
    if let answer = rules.answer, let asked { return asked + answer }
    return .distantFuture
  }

  var deadline: Instant { isDead ? .distantFuture : min(next, limit) }

  func timeout(now: Instant, actions: inout [Action]) {
    guard !isDead else { return }
    if now >= limit {
      isDead = true
      return actions.append(.dead)
    }
    guard now >= next else { return }
    next = now + wait()
    if rules.asks {
      number &+= 1
      if asked == nil { asked = now }
      actions.append(.say(.ping(number), .stream))
    } else {
      actions.append(.say(.beat, .stream))
    }
  }

  func received(_ message: Message, _ channel: Channel, now: Instant, actions: inout [Action]) {
    heard = now
    asked = nil
    if rules.onlyWhenSilent { next = now + wait() }
    if case .ping(let number) = message { actions.append(.say(.pong(number), channel)) }
  }
}
