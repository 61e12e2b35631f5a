import ETF
import PeerNet

/// When, and in which life of the board, a call was begun.
public struct OnceRun: Equatable, Sendable {
  /// Of ``OnceCall/binding``.
  let binding: [UInt8]
  /// Since 1970, by the board's clock, which may be wrong: for the reader's eye.
  public let seconds: Int64
  /// Of the board's start that it ran after; empty when that was not known.
  public let bootIdentifier: [UInt8]

  init(binding: [UInt8], seconds: Int64, bootIdentifier: [UInt8]) {
    self.binding = binding
    self.seconds = seconds
    self.bootIdentifier = [UInt8](bootIdentifier.prefix(64))
  }

  /// Whether the board was started anew since; nil when that cannot be told.
  public func hasRestarted(boot: [UInt8]) -> Bool? {
    bootIdentifier.isEmpty || boot.isEmpty ? nil : bootIdentifier != [UInt8](boot.prefix(64))
  }

  /// The reply with what is known of the run under the key `once`, if its answer is a map:
  ///
  /// | key | value |
  /// |---|---|
  /// | `repeated` | `true`: an earlier request ran it, and this is that one's answer |
  /// | `at` | when it began, in seconds since 1970, by the board's clock |
  /// | `boot_id` | the start of the board that it ran after, as in `system.info` |
  /// | `restarted` | `true`: the board was started anew since |
  public func adding(to reply: Reply, isRepeated: Bool, boot: [UInt8]) -> Reply {
    guard case .ok(.map(let pairs)) = reply else { return reply }
    var once = Answer()
    once.put("repeated", flag: isRepeated)
    once.put("at", seconds)
    if !bootIdentifier.isEmpty { once.put("boot_id", bootIdentifier) }
    if let hasRestarted = hasRestarted(boot: boot) { once.put("restarted", flag: hasRestarted) }
    return .ok(.map(pairs + [MapPair(.binary([UInt8]("once")), once.term)]))
  }

  /// What a repetition is told when no outcome was recorded.
  ///
  /// The answer of a reboot is recorded before the reboot is carried out. Where only its beginning is, and the board was
  /// started anew since, then what was asked for has happened, whatever caused it.
  public func replyWithoutOutcome(to plan: Plan, boot: [UInt8]) -> Reply {
    let hasRestarted = hasRestarted(boot: boot)
    if case .power(let power) = plan, power.action == .reboot, !power.isDryRun, hasRestarted == true {
      return .ok(power.answerWithoutSteps)
    }
    return .error(.binary([UInt8](OnceRefusal.unknown(hasRestarted: hasRestarted).reason)))
  }
}
