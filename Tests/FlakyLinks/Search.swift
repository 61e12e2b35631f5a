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

  /// The points: what is asked how often, how long an answer and a suspect have, and whether there are datagrams.
  public static var points: [ProbingDetector.Rules] {
    var points: [ProbingDetector.Rules] = []
    for probe in [nil, 500, 250] as [Int64?] {
      for (interval, floor) in [(4_600, 1_300), (4_800, 1_500), (5_200, 1_400)] as [(Int64, Int64)] {
        for (verdict, ceiling) in [(2_000, 4_000), (2_800, 6_000), (3_000, 7_000), (6_000, 8_000), (12_000, 12_000)]
          as [(Int64, Int64)]
        {
          var rules = ProbingDetector.Rules()
          rules.interval = .milliseconds(interval)
          rules.answerFloor = .milliseconds(floor)
          rules.probeInterval = probe.map { .milliseconds($0) }
          rules.verdictFloor = .milliseconds(verdict)
          rules.verdictCeiling = .milliseconds(ceiling)
          points.append(rules)
        }
      }
    }
    return points
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
