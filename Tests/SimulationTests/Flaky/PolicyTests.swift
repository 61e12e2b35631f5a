import PeerNet
import Testing
import VirtualNetwork

@testable import FlakyLinks

/// The measuring instrument in its quick mode: what has to hold of any table, whatever its numbers are.
@Suite struct PolicyTests {
  private static let hours = 10
  private static let seed: UInt64 = 11
  private static func deaths(_ policy: Policy, _ weather: Weather = .clear) -> Measurement {
    .deaths(policy, weather, hours: hours, seed: seed)
  }

  private static func bounds(_ policy: Policy) -> ClosedRange<Int64> {
    let declared = deaths(policy).declared
    return declared.first!.milliseconds...declared.last!.milliseconds
  }

  /// On a clear link a silent death is noticed when the policy's own arithmetic says so.
  @Test func aDeathIsNoticedWhenTheRulesSay() {
    // Silence starts with the last byte heard, up to an interval before the death.
    #expect((9_000...15_030).contains(Self.bounds(.before)))
    #expect((30_000...60_030).contains(Self.bounds(.original)))
    #expect((7_500...10_030).contains(Self.bounds(.zenoh)))
    // An answer is awaited from the next question on.
    #expect((20_000...35_030).contains(Self.bounds(.libp2p)))
    #expect((90_000...110_030).contains(Self.bounds(.espHome)))
    #expect((15_000...20_030).contains(Self.bounds(.iroh)))
    // WireGuard refuses its key 180 s after the handshake, and handshakes each two minutes or little more.
    #expect((35_000...180_030).contains(Self.bounds(.wireGuard)))
  }

  private static func unprobed(_ verdict: TimeSpan) -> Policy {
    var rules = LivenessRules()
    rules.unprobedVerdict = verdict
    return .liveness("", rules, sendsProbes: false)
  }

  @Test func aClearLinkRaisesNoAlarm() {
    for policy in Policy.all {
      let life = Measurement.life(policy, .clear, hours: 4, seed: Self.seed)
      #expect(life.falseAlarms == 0, "\(policy.name)")
      #expect(life.suspicions == 0, "\(policy.name)")
    }
  }

  /// More patience never makes more false alarms, nor notices sooner.
  @Test func patienceTradesAlarmsForTime() {
    var rows: [(alarms: Int, median: TimeSpan)] = []
    for verdict in [1_000, 3_000, 9_000] as [Int64] {
      let policy = Self.unprobed(.milliseconds(verdict))
      let alarms = Measurement.life(policy, .lossyAndSlow, hours: 40, seed: Self.seed).falseAlarms
      rows.append((alarms, Measurement.quantile(0.5, of: Self.deaths(policy).declared)!))
    }
    #expect(rows[0].alarms > 2 * rows[1].alarms && rows[1].alarms > 2 * rows[2].alarms, "\(rows)")
    #expect(rows[0].median < rows[1].median && rows[1].median < rows[2].median, "\(rows)")
  }

  /// In bursts and in loss TCP sleeps on after the link has come back; only datagrams tell a sleeper from the dead.
  @Test func datagramsTellASleeperFromTheDead() {
    for weather in [Weather.bursts, .lossy, .lossyAndSlow] {
      let with = Measurement.life(.ours, weather, hours: 20, seed: Self.seed)
      let without = Measurement.life(Self.unprobed(.seconds(3)), weather, hours: 20, seed: Self.seed)
      #expect(with.falseAlarms == 0)
      #expect(without.falseAlarms > 0)
      // Both become suspicious; that is not what differs.
      #expect(with.suspicions > 0 && without.suspicions > 0)
    }
  }

  /// No datagram hides a death: with them the dead are noticed no later than the rules allow.
  @Test func theProfileKeepsItsBounds() {
    let rules = LivenessProfile.wifi.rules
    let clear = Self.deaths(.ours)
    let latest = rules.interval + rules.answerFloor + rules.verdictFloor + .milliseconds(30)
    #expect(clear.declared.last! <= latest)
    #expect(clear.suspected.last! <= latest - rules.verdictFloor)
    #expect(clear.suspected.count == Self.hours)
    let slow = Self.deaths(.ours, .lossyAndSlow)
    #expect(slow.declared.last! <= rules.interval + rules.answerCeiling + rules.verdictCeiling + .milliseconds(700))
    let missed = Search.Goal().missed(
      by: .init(
        policy: "", clearDeaths: clear, slowDeaths: slow, lossy: clear, slow: slow, bursts: clear, edge: clear))
    // So few hours say nothing of a median.
    #expect(missed.allSatisfy { $0.hasSuffix("p50") }, "\(missed)")
  }

  @Test func theSameSeedPrintsTheSameTableTwice() {
    func text(_ seed: UInt64) -> String {
      var table = PolicyTable(hours: 1, seed: seed)
      for policy in Policy.all { table.measure(policy) }
      return table.markdown + PolicyTable.recovery(trials: 3, seed: seed)
    }
    let text1 = text(1)
    #expect(text1 == text(1))
    #expect(text1 != text(2))
    #expect(text1.split(separator: "\n").count == Policy.all.count + 2 + 6)
  }

  @Test func numbersAreWrittenForPeople() {
    #expect(PolicyTable.decimal(1_234_567.4, 0) == "1,234,567")
    #expect(PolicyTable.decimal(999, 0) == "999")
    #expect(PolicyTable.decimal(0.049, 1) == "0.0")
    #expect(PolicyTable.decimal(12.06, 2) == "12.06")
    #expect(PolicyTable.times([]) == "—")
    #expect(PolicyTable.times([.milliseconds(450), .seconds(7)]) == "7.0 / 7.0")
  }
}
