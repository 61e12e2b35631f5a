import PeerNet
import Seeds
import Sodium

/// The product's own `Liveness`, at work in a `LinkRun`: what the table measures is what ships.
final class LivenessDetector: Detector {
  private var liveness: Liveness
  private var random: RandomStream
  private var asked: (number: UInt32, at: Instant)?
  private var number: UInt32 = 0
  private var isDead = false

  init(_ rules: LivenessRules, sendsProbes: Bool, dice: SeededGenerator, now: Instant) {
    var dice = dice
    random = RandomStream(seed: dice.streamSeed())
    liveness = Liveness(rules: rules, sendsProbes: sendsProbes, now: now, random: &random)
  }

  var deadline: Instant { isDead ? .distantFuture : liveness.deadline }

  func timeout(now: Instant, actions: inout [Action]) {
    while !isDead {
      liveness.timeout(now: now, random: &random)
      guard let output = liveness.nextOutput() else { return }
      switch output {
      case .ask:
        number &+= 1
        asked = (number, now)
        actions.append(.say(.ping(number), .stream))
      case .probe(let number): actions.append(.say(.ping(UInt32(truncatingIfNeeded: number)), .datagram))
      case .suspect: actions.append(.suspect)
      case .dead:
        isDead = true
        actions.append(.dead)
      }
    }
  }

  func received(_ message: Message, _ channel: Channel, now: Instant, actions: inout [Action]) {
    if case .ping(let number) = message { actions.append(.say(.pong(number), channel)) }
    if channel == .datagram {
      if case .pong(let number) = message { liveness.handleEcho(UInt64(number), received: 0, now: now) }
      return
    }
    if case .ping = message { liveness.handleQuestion(&random) }
    if liveness.handleReceived(now: now) { actions.append(.relieved) }
    if case .pong(let number) = message, let asked, asked.number == number {
      liveness.handleAnswer(after: now - asked.at)
      self.asked = nil
    }
  }
}
