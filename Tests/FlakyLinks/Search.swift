import PeerNet

/// Looks through parameters of the next kind of heartbeat, and says which of them hold each row of the goal.
public struct Search: Sendable {
  /// What profile `wifi` must reach, row by row.
  public struct Goal: Sendable {
    public var suspected: (median: TimeSpan, high: TimeSpan) = (.seconds(4), .seconds(7))
    public var declared: (median: TimeSpan, high: TimeSpan) = (.seconds(7), .seconds(10))
    public var declaredInLoss = TimeSpan.seconds(15)
    public var falseAlarms = 1.0
    public var bytes = 80_000.0
    public var wakeUps = 1_500.0

    /// The rows of the profile.
    public init() {}

    /// The rows that are missed; none for what meets them all.
    public func missed(by row: PolicyTable.Row) -> [String] {
      func above(_ sorted: [TimeSpan], _ share: Double, _ limit: TimeSpan) -> Bool {
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

  /// A point: rules, and whether there is a way for datagrams.
  public struct Point: Sendable {
    public let rules: LivenessRules
    public let sendsProbes: Bool
  }

  /// The points: around the profile, one parameter moved at a time; other profiles; and then without datagrams, more and
  /// more patient.
  public static var points: [Point] {
    func point(_ profile: LivenessProfile = .wifi, _ change: (inout LivenessRules) -> Void = { _ in }) -> Point {
      var rules = profile.rules
      change(&rules)
      return Point(rules: rules, sendsProbes: true)
    }
    let around = [
      point(),
      point { $0.interval = .milliseconds(4_000) },
      point { $0.interval = .milliseconds(5_800) },
      point { $0.answerFloor = .milliseconds(700) },
      point { $0.answerFloor = .milliseconds(2_000) },
      point { $0.answerCeiling = $0.answerFloor },
      point { $0.probeInterval = .milliseconds(500) },
      point { $0.probeInterval = .milliseconds(1_000) },
      point { $0.verdictFloor = .milliseconds(2_000) },
      point { $0.verdictCeiling = $0.verdictFloor },
      point(.wired), point(.metered), point(.battery),
    ]
    let patience: [Int64] = [3, 6, 10, 20, 40, 60, 80, 100]
    return around
      + patience.map { seconds in
        var rules = LivenessRules()
        rules.unprobedVerdict = .seconds(seconds)
        rules.stallLimit = .seconds(seconds + 15)
        return Point(rules: rules, sendsProbes: false)
      }
  }

  /// Tells of each point what it reaches and which rows it misses.
  public func run(tell: (String) -> Void) {
    tell("| interval | answer | datagrams | verdict | missed | suspected | dead | dead in loss | alarms |")
    tell("|---|---|---|---|---|---|---|---|---|")
    for point in Self.points {
      let rules = point.rules
      var table = PolicyTable(hours: hours, seed: seed)
      table.measure(.liveness("", rules, sendsProbes: point.sendsProbes))
      let row = table.rows[0]
      let missed = Goal().missed(by: row)
      let alarms = [row.lossy, row.slow, row.bursts, row.edge].map {
        PolicyTable.decimal($0.falseAlarmsPer1000Hours, 1)
      }
      tell(
        "| \(rules.interval.milliseconds) | \(rules.answerFloor.milliseconds)…\(rules.answerCeiling.milliseconds) | "
          + "\(point.sendsProbes ? "\(rules.probeInterval.milliseconds)" : "none") | "
          + (point.sendsProbes
            ? "\(rules.verdictFloor.milliseconds)…\(rules.verdictCeiling.milliseconds) | "
            : "\(rules.unprobedVerdict.milliseconds) | ")
          + "\(missed.isEmpty ? "none" : missed.joined(separator: ", ")) | "
          + "\(PolicyTable.times(row.clearDeaths.suspected)) | \(PolicyTable.times(row.clearDeaths.declared)) | "
          + "\(PolicyTable.times(row.slowDeaths.declared)) | \(alarms.joined(separator: ", ")) |")
    }
  }
}
