import PeerNet

/// Looks through parameters of the next kind of heartbeat, and says which of them hold each row of the goal.
public struct Search: Sendable {
  /// What profile `wifi` must reach, row by row.
  public struct Goal: Sendable {
    public var suspected: (median: Duration, high: Duration) = (.seconds(4), .seconds(7))
    public var declared: (median: Duration, high: Duration) = (.seconds(7), .seconds(10))
    public var declaredInLoss = Duration.seconds(15)
    public var falseAlarms = 1.0
    public var bytes = 80_000.0
    public var wakeUps = 1_500.0

    /// The rows of the profile.
    public init() {}

    /// The rows that are missed; none for what meets them all.
    public func missed(by row: PolicyTable.Row) -> [String] {
      func above(_ sorted: [Duration], _ share: Double, _ limit: Duration) -> Bool {
        Measurement.quantile(share, of: sorted).map { $0 > limit } ?? true
      }
      let rows: [(String, Bool)] = [
        ("suspected p50", above(row.clearDeaths.suspected, 0.5, suspected.median)),
        ("suspected p99", above(row.clearDeaths.suspected, 0.99, suspected.high)),
        ("dead p50", above(row.clearDeaths.declared, 0.5, declared.median)),
        ("dead p99", above(row.clearDeaths.declared, 0.99, declared.high)),
        ("dead in loss", above(row.slowDeaths.declared, 0.99, declaredInLoss)),
        ("alarms in loss, 20 ms", row.lossy.falseAlarmsPer1000Hours > falseAlarms),
        ("alarms in loss, 300 ms", row.slow.falseAlarmsPer1000Hours > falseAlarms),
        ("alarms in bursts", row.bursts.falseAlarmsPer1000Hours > falseAlarms),
        ("bytes", row.clearDeaths.bytes > bytes), ("wake-ups", row.clearDeaths.wakeUps > wakeUps),
      ]
      return rows.filter(\.1).map(\.0)
    }
  }

  public let hours: Int
  public let seed: UInt64

  /// Each point gets that many hours a number.
  public init(hours: Int, seed: UInt64) {
    self.hours = hours
    self.seed = seed
  }

  /// The points: around the candidate, one parameter moved at a time, and then without datagrams, more and more patient.
  public static var points: [ProbingDetector.Rules] {
    func rules(_ change: (inout ProbingDetector.Rules) -> Void) -> ProbingDetector.Rules {
      var rules = ProbingDetector.Rules()
      change(&rules)
      return rules
    }
    let around = [
      rules { _ in },
      rules { $0.interval = .milliseconds(4_000) },
      rules { $0.interval = .milliseconds(5_800) },
      rules { $0.answerFloor = .milliseconds(700) },
      rules { $0.answerFloor = .milliseconds(2_000) },
      rules { $0.answerCeiling = $0.answerFloor },
      rules { $0.probeInterval = .milliseconds(500) },
      rules { $0.probeInterval = .milliseconds(1_000) },
      rules { $0.verdictFloor = .milliseconds(2_000) },
      rules { $0.verdictCeiling = $0.verdictFloor },
    ]
    let patience: [Int64] = [3_000, 6_000, 10_000, 20_000, 40_000, 80_000]
    return around
      + patience.map { time in
        rules {
          $0.probeInterval = nil
          $0.verdictFloor = .milliseconds(time)
          $0.verdictCeiling = .milliseconds(max(time, 6_500))
        }
      }
  }

  /// Tells of each point what it reaches and which rows it misses.
  public func run(tell: (String) -> Void) {
    tell("| interval | answer | datagrams | verdict | missed | suspected | dead | dead in loss | alarms |")
    tell("|---|---|---|---|---|---|---|---|---|")
    for rules in Self.points {
      var table = PolicyTable(hours: hours, seed: seed)
      table.measure(.probing("", rules))
      let row = table.rows[0]
      let missed = Goal().missed(by: row)
      let alarms = [row.lossy, row.slow, row.bursts, row.edge].map {
        PolicyTable.decimal($0.falseAlarmsPer1000Hours, 1)
      }
      tell(
        "| \(rules.interval.milliseconds) | \(rules.answerFloor.milliseconds)…\(rules.answerCeiling.milliseconds) | "
          + "\(rules.probeInterval.map { "\($0.milliseconds)" } ?? "none") | "
          + "\(rules.verdictFloor.milliseconds)…\(rules.verdictCeiling.milliseconds) | "
          + "\(missed.isEmpty ? "none" : missed.joined(separator: ", ")) | "
          + "\(PolicyTable.times(row.clearDeaths.suspected)) | \(PolicyTable.times(row.clearDeaths.declared)) | "
          + "\(PolicyTable.times(row.slowDeaths.declared)) | \(alarms.joined(separator: ", ")) |")
    }
  }
}
