import Foundation
import PeerNet
import Seeds
import TestKit
import Testing
import VirtualNetwork

@testable import FlakyLinks

/// What the table of policies is there to show, measured anew with fewer hours, and as the README publishes it.
@Suite struct PolicyComparisonTests {
  /// What somebody else does.
  private static let others: [Policy] = [.original, .wireGuard, .iroh, .libp2p, .espHome, .zenoh]

  /// A policy's times to notice a silent death and its false alarms, in any weather.
  private struct Standing {
    let median, high: Double
    let alarms: Double

    func beats(_ other: Standing) -> Bool {
      alarms <= other.alarms && (median <= other.median || high <= other.high)
    }
  }

  private static func measure(_ policy: Policy) -> Standing {
    let hours = 12
    let declared = Measurement.deaths(policy, .clear, hours: 40, seed: 3).declared.map { Double($0.milliseconds) }
    let alarms = [Weather.lossy, .lossyAndSlow, .bursts, .edge].map {
      Measurement.life(policy, $0, hours: hours, seed: 3).falseAlarms
    }
    return Standing(
      median: declared[declared.count / 2], high: declared.last!, alarms: Double(alarms.reduce(0, +)))
  }

  @Test func nobodyBeatsOursOnNoticingAndFalseAlarmsAtOnce() {
    let ours = Self.measure(.ours)
    for policy in Self.others {
      let standing = Self.measure(policy)
      #expect(!standing.beats(ours), "\(policy.name): \(standing), ours \(ours)")
    }
  }

  /// Each row has every number that it can have: of a policy of ours, or of somebody else, none is missing.
  @Test func everyPolicyComesBack() {
    for policy in Self.others + [.ours] {
      for silence in Recovery.Silence.allCases {
        let times = Recovery.after(silence, policy, trials: 4, seed: 9)
        #expect(times.count == 4 && times.allSatisfy { $0 > .zero && $0 < .seconds(200) }, "\(policy.name): \(times)")
      }
    }
  }

  /// Redialling is compared after the same silences, and dials of which none gets through are not taken for answers.
  @Test func aDialGetsThroughOnlyWhenThePathIsBack() {
    var dice = SeededGenerator(seed: 4)
    for _ in 0..<200 {
      let start = Instant.zero + dice.duration(below: .seconds(100))
      let back = Instant.zero + dice.duration(below: .seconds(700))
      let redialling = Redialling.of([Policy.zenoh, .espHome, .original][Int(dice.next() % 3)])!
      let usable = redialling.usable(givenUpAt: start, pathIsBack: back, roundTrip: .milliseconds(20), dice: &dice)
      #expect(usable >= max(start, back) + .milliseconds(20) * redialling.roundTrips)
      #expect(usable <= max(start, back) + .seconds(135))
    }
  }

  // MARK: README

  /// The cells of the published table, row by row, the head first.
  private static let published: [[String]] = {
    let lines = try! Repository.text("README.md").split(separator: "\n", omittingEmptySubsequences: false)
    let table = lines.drop { !$0.hasPrefix("| policy | suspected") }.prefix { $0.hasPrefix("|") }
    return table.map { line in
      line.dropFirst().dropLast().split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
  }()

  @Test func theReadmesTableIsTheProgramsTable() throws {
    let table = Self.published
    try #require(table.count > 2)
    #expect(table[0] == PolicyTable.heads)
    // Ours and everybody else's, in the program's order; of our own variants it may have fewer.
    let (names, all) = (table.dropFirst(2).map { $0[0] }, Policy.all.map(\.name))
    #expect(names == all.filter(names.contains))
    #expect(Set(names).isSuperset(of: (Self.others + [.ours]).map(\.name)))
    for row in table.dropFirst(2) {
      #expect(row.count == table[0].count, "\(row)")
      for (head, cell) in zip(table[0], row).dropFirst() where cell != "—" || row[0] == Policy.ours.name {
        let isTime = head.hasPrefix("suspected") || head.hasPrefix("dead") || head.hasPrefix("usable")
        let isRight =
          isTime
          ? cell.wholeMatch(of: /[0-9.,]+ \/ [0-9.,]+/) != nil : cell.wholeMatch(of: /[0-9,]+(\.[0-9])?/) != nil
        #expect(isRight, "\(row[0]), \(head): \(cell)")
      }
    }
  }

  /// What is said of the table is so in the table.
  @Test func nobodyBeatsOursInTheReadme() throws {
    let rows = Self.published.dropFirst(2)
    func standing(_ name: String) throws -> Standing {
      let row = try #require(rows.first { $0[0] == name })
      let times = row[2].split(separator: " / ").map { Self.number($0) }
      let alarms = zip(PolicyTable.heads, row).filter { $0.0.hasPrefix("false alarms") }.map { Self.number($0.1) }
      return Standing(median: times[0], high: times[1], alarms: alarms.reduce(0, +))
    }
    let ours = try standing(Policy.ours.name)
    for policy in Self.others { #expect(try !standing(policy.name).beats(ours), "\(policy.name)") }
  }

  private static func number(_ text: some StringProtocol) -> Double {
    Double(text.replacingOccurrences(of: ",", with: "")) ?? .infinity
  }
}
