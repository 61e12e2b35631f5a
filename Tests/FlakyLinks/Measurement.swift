import PeerNet
import Seeds
import VirtualNetwork

/// The numbers of one policy in one weather.
public struct Measurement: Hashable, Sendable {
  /// Simulated time in which something could have gone wrong, in hours.
  public let hours: Double
  /// Connections given up although the peer lived.
  public let falseAlarms: Int
  /// Suspicions of a peer that lived: each is a second dial.
  public let suspicions: Int
  /// From a peer's silent death to the suspicion, sorted; empty for policies that know none.
  public let suspected: [TimeSpan]
  /// From a peer's silent death to its being given up, sorted.
  public let declared: [TimeSpan]
  /// Of the busier end, an hour.
  public let wakeUps: Double
  /// Both directions, above TCP or UDP, an hour.
  public let bytes: Double

  public var falseAlarmsPer1000Hours: Double { Double(falseAlarms) / hours * 1_000 }
  public var suspicionsPerHour: Double { Double(suspicions) / hours }

  /// The quantile of sorted times; nil of none.
  public static func quantile(_ share: Double, of sorted: [TimeSpan]) -> TimeSpan? {
    sorted.isEmpty ? nil : sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
  }

  private static let hour = TimeSpan.seconds(3_600)

  /// Links that live for an hour and die: one end, by chance, loses its power and nobody is told.
  public static func deaths(_ policy: Policy, _ weather: Weather, hours: Int, seed: UInt64) -> Measurement {
    var dice = SeededGenerator(seed: seed, part: 1)
    var (suspected, declared): ([TimeSpan], [TimeSpan]) = ([], [])
    var (falseAlarms, suspicions, wakeUps, bytes) = (0, 0, 0, 0)
    var lived = 0.0
    for _ in 0..<hours {
      let run = LinkRun(policy, weather, seed: dice.next())
      let start = run.now
      run.run(until: run.now + hour + dice.duration(below: .seconds(300)))
      let victim = Int(dice.next() & 1)
      let died = run.now
      lived += Double((died - start).nanoseconds) / Double(hour.nanoseconds)
      (falseAlarms, suspicions) = (falseAlarms + run.falseAlarms, suspicions + run.suspicions)
      (wakeUps, bytes) = (wakeUps + run.wakeUps.max()!, bytes + run.bytes)
      let suspectedBefore = run.suspects(1 - victim)
      run.forget()
      run.cutPower(of: victim)
      run.run(until: died + hour)
      // A suspicion that death overtook has the second dial under way already.
      let suspicion = run.verdicts.first { !$0.isDead }?.at
      if let suspicion = suspectedBefore ? died : suspicion { suspected.append(suspicion - died) }
      declared.append((run.verdicts.first { $0.isDead }?.at ?? run.now) - died)
    }
    return Measurement(
      hours: lived, falseAlarms: falseAlarms, suspicions: suspicions, suspected: suspected.sorted(),
      declared: declared.sorted(), wakeUps: Double(wakeUps) / lived, bytes: Double(bytes) / lived)
  }

  /// Links that live on: whatever is given up is a false alarm. Each has 100 hours.
  public static func life(_ policy: Policy, _ weather: Weather, hours: Int, seed: UInt64) -> Measurement {
    var dice = SeededGenerator(seed: seed, part: 2)
    var (falseAlarms, suspicions, wakeUps, bytes) = (0, 0, 0, 0)
    var left = hours
    while left > 0 {
      let part = min(left, 100)
      left -= part
      let run = LinkRun(policy, weather, seed: dice.next())
      run.run(until: run.now + hour * Int64(part))
      (falseAlarms, suspicions) = (falseAlarms + run.falseAlarms, suspicions + run.suspicions)
      (wakeUps, bytes) = (wakeUps + run.wakeUps.max()!, bytes + run.bytes)
    }
    return Measurement(
      hours: Double(hours), falseAlarms: falseAlarms, suspicions: suspicions, suspected: [], declared: [],
      wakeUps: Double(wakeUps) / Double(hours), bytes: Double(bytes) / Double(hours))
  }
}
