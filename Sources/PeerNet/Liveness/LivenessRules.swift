/// What kind of link a node lives on: how soon a silent peer is noticed, and what the watch may cost (Protocol, Heartbeat).
public enum LivenessProfile: UInt8, Hashable, Sendable, CaseIterable {
  /// A cable: short answers, nothing to save.
  case wired
  /// Wi-Fi, good or bad; the default.
  case wifi
  /// A link that is paid by the byte.
  case metered
  /// A node that sleeps between its wake-ups.
  case battery

  /// As in a configuration file.
  public var name: StaticString {
    switch self {
    case .wired: "wired"
    case .wifi: "wifi"
    case .metered: "metered"
    case .battery: "battery"
    }
  }

  /// Reads a name; nil for any other.
  public init?(name: some Sequence<UInt8>) {
    guard let profile = Self.allCases.first(where: { name.elementsEqual($0.name.withUTF8Buffer { Array($0) }) }) else {
      return nil
    }
    self = profile
  }
}

/// By which times a connection is watched (Protocol, Heartbeat). The defaults are those of profile `wifi`.
public struct LivenessRules: Hashable, Sendable {
  /// Silence after which the peer is asked, less up to a tenth of chance.
  public var interval: TimeSpan = .milliseconds(5_100)
  /// The least time that an answer may take before the peer is suspect; more where answers have come late.
  public var answerFloor: TimeSpan = .milliseconds(1_300)
  /// The most time.
  public var answerCeiling: TimeSpan = .milliseconds(2_500)
  /// Between two probes to a suspect.
  public var probeInterval: TimeSpan = .milliseconds(250)
  /// The least time that a suspect has to be heard before it is dead; more where answers have come late.
  public var verdictFloor: TimeSpan = .milliseconds(3_000)
  /// The most time.
  public var verdictCeiling: TimeSpan = .milliseconds(6_500)
  /// The same where no probe was ever answered: TCP alone cannot tell a sleeping retransmission from a death.
  public var unprobedVerdict: TimeSpan = .seconds(40)
  /// How long the stream may stand still altogether, although probes are answered. On a link of 300 ms that loses each
  /// fifth packet ten retransmissions in a row, 511 s with their doubling timer, are lost less than once in 1,000 hours;
  /// nine, 255 s, were lost more often. What stands still for longer does not do so for lost packets.
  public var stallLimit: TimeSpan = .seconds(600)

  /// The values of profile `wifi`.
  public init() {}

  /// How long the kernel may wait for an acknowledgment (TCP_USER_TIMEOUT): longer than anything that is still trusted
  /// here, so that it never ends what lives; short enough not to keep what was given up.
  public var userTimeout: TimeSpan { stallLimit + .seconds(15) }

  /// Asks at an interval of one's own.
  mutating func ask(every interval: TimeSpan) {
    self.interval = interval
    stallLimit = max(stallLimit, interval + answerCeiling + unprobedVerdict)
  }

  /// Gives a silent peer up after a fixed time, whatever answers it.
  mutating func giveUp(after silence: TimeSpan) {
    interval = min(interval, silence / 2)
    answerFloor = min(answerFloor, (silence - interval) / 2)
    answerCeiling = answerFloor
    verdictFloor = silence - interval - answerFloor
    verdictCeiling = verdictFloor
    unprobedVerdict = verdictFloor
  }
}

extension LivenessProfile {
  /// The profile's times.
  public var rules: LivenessRules {
    var rules = LivenessRules()
    switch self {
    case .wifi: break
    case .wired:
      rules.interval = .milliseconds(2_000)
      rules.answerFloor = .milliseconds(800)
    case .metered:
      rules.verdictCeiling = .seconds(12)
      rules.ask(every: .seconds(25))
    case .battery:
      rules.verdictCeiling = .seconds(12)
      rules.ask(every: .seconds(40))
    }
    return rules
  }
}
