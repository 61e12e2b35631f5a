import PeerNet
import VirtualNetwork

/// All policies on the same seeds, as a table in Markdown. The same seed and hours print the same bytes.
public struct PolicyTable: Sendable {
  /// One policy in each weather.
  public struct Row: Sendable {
    public let policy: String
    public let clearDeaths, slowDeaths, lossy, slow, bursts, edge: Measurement
    /// Until it is usable again after a silence, sorted; empty where that is not known.
    public var afterSeconds: [TimeSpan] = []
    public var afterMinutes: [TimeSpan] = []
  }

  public let hours: Int
  public let seed: UInt64
  public private(set) var rows: [Row] = []

  /// Nothing measured yet; `hours` is the time of links for each number.
  public init(hours: Int, seed: UInt64) {
    self.hours = hours
    self.seed = seed
  }

  /// Measures one policy.
  public mutating func measure(_ policy: Policy) {
    func deaths(_ weather: Weather) -> Measurement { .deaths(policy, weather, hours: hours, seed: seed) }
    func life(_ weather: Weather) -> Measurement { .life(policy, weather, hours: hours, seed: seed) }
    func recovery(_ silence: Recovery.Silence) -> [TimeSpan] {
      Recovery.after(silence, policy, trials: trials, seed: seed)
    }
    rows.append(
      Row(
        policy: policy.name, clearDeaths: deaths(.clear), slowDeaths: deaths(.lossyAndSlow), lossy: life(.lossy),
        slow: life(.lossyAndSlow), bursts: life(.bursts), edge: life(.edge), afterSeconds: recovery(.ofSeconds),
        afterMinutes: recovery(.ofMinutes)))
  }

  /// Silences for each time to be usable again.
  public var trials: Int { min(hours, 1_000) }

  static let heads = [
    "policy", "suspected, idle, clear", "dead, idle, clear", "dead, 20 % loss, 300 ms",
    "false alarms, 20 % loss, 20 ms", "false alarms, 20 % loss, 300 ms", "false alarms, 3 s bursts",
    "false alarms, edge of range", "usable again after 2–10 s of silence", "usable again after 0.5–10 min of silence",
    "second dials an hour, 20 % loss, 20 ms", "idle bytes an hour", "idle wake-ups an hour",
  ]

  /// Times in seconds as `p50 / p99`; false alarms a 1,000 hours.
  public var markdown: String {
    var lines = [Self.line(Self.heads), Self.line(Self.heads.map { $0 == "policy" ? "---" : "---:" })]
    for row in rows {
      lines.append(
        Self.line([
          row.policy, Self.times(row.clearDeaths.suspected), Self.times(row.clearDeaths.declared),
          Self.times(row.slowDeaths.declared), Self.alarms(row.lossy), Self.alarms(row.slow), Self.alarms(row.bursts),
          Self.alarms(row.edge), Self.times(row.afterSeconds), Self.times(row.afterMinutes),
          row.lossy.suspicions == 0 ? "—" : Self.decimal(row.lossy.suspicionsPerHour, 1),
          Self.decimal(row.clearDeaths.bytes, 0), Self.decimal(row.clearDeaths.wakeUps, 0),
        ]))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The table of what it takes to be usable again, from `trials` each.
  public static func recovery(trials: Int, seed: UInt64) -> String {
    func nodes(_ cause: Recovery.Cause, _ weather: Weather) -> String {
      times(Recovery.ofNodes(cause, trials: trials, seed: seed, weather: weather))
    }
    func roaming(_ interval: TimeSpan) -> String {
      times(Recovery.ofRoaming(interval: interval, trials: trials, seed: seed))
    }
    var lines = [
      line([
        "policy", "link up after minutes", "link up after seconds", "address change", "address change of a listener",
      ]),
      line(["---", "---:", "---:", "---:", "---:"]),
    ]
    for (name, weather) in [("PeerNet", Weather.clear), ("PeerNet, 20 % loss", .lossy)] {
      lines.append(line([name] + Recovery.Cause.allCases.map { nodes($0, weather) }))
    }
    lines.append(line([Policy.wireGuard.name, "—", "—", roaming(.seconds(25)), "—"]))
    lines.append(line([Policy.iroh.name, "—", "—", roaming(.zero), "—"]))
    return lines.joined(separator: "\n") + "\n"
  }

  /// The table of boards that come back all at once.
  public static func herd(boards: Int, seed: UInt64) -> String {
    var lines = [
      line([
        "what returns", "back, p50 / p99", "all back", "handshakes", "a second, mean", "peak in 0.1 s", "peak / mean",
      ]),
      line(["---", "---:", "---:", "---:", "---:", "---:", "---:"]),
    ]
    for (name, weather) in [("", Weather.clear), (", 5 % loss, 60 ms, edge of range", .edge)] {
      for cause in Herd.Return.allCases {
        let herd = Herd(cause, boards: boards, weather: weather, seed: seed)
        lines.append(
          line([
            cause.rawValue + name, times(herd.times), seconds(herd.last), decimal(Double(herd.handshakes.count), 0),
            decimal(herd.mean, 0), decimal(herd.peak, 0), decimal(herd.peak / herd.mean, 1),
          ]))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Text

  private static func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

  static func times(_ sorted: [TimeSpan]) -> String {
    guard let median = Measurement.quantile(0.5, of: sorted), let high = Measurement.quantile(0.99, of: sorted) else {
      return "—"
    }
    return "\(seconds(median)) / \(seconds(high))"
  }

  private static func seconds(_ duration: TimeSpan) -> String {
    decimal(Double(duration.milliseconds) / 1_000, duration < .seconds(1) ? 2 : 1)
  }

  private static func alarms(_ measurement: Measurement) -> String {
    let rate = measurement.falseAlarmsPer1000Hours
    return decimal(rate, rate < 10 ? 1 : 0)
  }

  /// Rounded to so many decimals, thousands set apart.
  static func decimal(_ value: Double, _ places: Int) -> String {
    var factor: Int64 = 1
    for _ in 0..<places { factor *= 10 }
    let scaled = Int64(value * Double(factor) + 0.5)
    var whole = String(scaled / factor)
    var index = whole.count - 3
    while index > 0 {
      whole.insert(",", at: whole.index(whole.startIndex, offsetBy: index))
      index -= 3
    }
    guard places > 0 else { return whole }
    let rest = String(scaled % factor)
    return whole + "." + String(repeating: "0", count: places - rest.count) + rest
  }
}
