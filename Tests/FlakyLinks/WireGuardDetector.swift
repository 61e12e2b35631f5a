import PeerNet
import Seeds

/// WireGuard with a persistent keepalive of 25 s, on an idle link. A keepalive wants no answer: that the peer is gone
/// shows when the key is two minutes old and no new handshake succeeds. From then on it tries every 5 s, and refuses the
/// old key after 180 s (REKEY_AFTER_TIME, REKEY_TIMEOUT, REJECT_AFTER_TIME of its paper). It never calls a peer dead; the
/// refusal is where nothing is sent any more.
final class WireGuardDetector: Detector {
  private static let keepalive = TimeSpan.seconds(25)
  private static let rekeyAfter = TimeSpan.seconds(120)
  private static let rekeyTimeout = TimeSpan.seconds(5)
  private static let rekeyJitter = TimeSpan.milliseconds(333)
  private static let rejectAfter = TimeSpan.seconds(180)

  private var dice: SeededGenerator
  private var shaken: Instant
  private var traversed: Instant
  private var retry: Instant?
  private var isDead = false

  init(dice: SeededGenerator, now: Instant) {
    self.dice = dice
    shaken = now
    traversed = now
  }

  var deadline: Instant {
    isDead ? .distantFuture : min(shaken + Self.rejectAfter, min(traversed + Self.keepalive, retry ?? .distantFuture))
  }

  func timeout(now: Instant, actions: inout [Action]) {
    guard !isDead else { return }
    if now >= shaken + Self.rejectAfter {
      isDead = true
      return actions.append(.dead)
    }
    if now >= traversed + Self.keepalive {
      traversed = now
      actions.append(.say(.beat, .datagram))
      if retry == nil, now >= shaken + Self.rekeyAfter { shake(now: now, actions: &actions) }
    }
    if let retry, now >= retry {
      if shaken + Self.rekeyAfter <= now { actions.append(.suspect) }
      shake(now: now, actions: &actions)
    }
  }

  private func shake(now: Instant, actions: inout [Action]) {
    retry = now + Self.rekeyTimeout + dice.duration(below: Self.rekeyJitter)
    actions.append(.say(.ping(0), .datagram))
  }

  func received(_ message: Message, _ channel: Channel, now: Instant, actions: inout [Action]) {
    traversed = now
    switch message {
    case .beat: break
    case .ping:
      actions.append(.say(.pong(0), .datagram))
      shaken = now
      retry = nil
    case .pong:
      shaken = now
      retry = nil
      actions.append(.relieved)
    }
  }
}
