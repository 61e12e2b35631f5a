import FlakyLinks
import Foundation
import PeerNet

/// Prints what was measured, as tables in Markdown, and whether it is good enough.
struct Report {
  /// Something was worse than the simulation lets expect.
  private(set) var hasFailed = false

  mutating func tell(_ run: DeathRun, _ name: String, simulated: FlakyLinks.Measurement) {
    say("| black holes: \(name) | | laptop | board | simulated | ratio |\n|---|---|---|---|---|---|")
    say(
      "| \(run.suspected.count) | suspected | \(text(run.suspected)) | | \(text(simulated.suspected)) | "
        + "\(ratio(run.suspected, simulated.suspected)) |")
    let both = (run.declared + run.declaredByBoard).sorted()
    say(
      "| \(both.count) | declared dead | \(text(run.declared)) | \(text(run.declaredByBoard)) | "
        + "\(text(simulated.declared)) | \(ratio(both, simulated.declared)) |")
    say("| \(run.usable.count) | usable again after its end | \(text(run.usable)) | | | |")
    say("\nNot noticed: \(run.missed). Given up before the black hole: \(run.falseAlarms).\n")
    if run.missed > 0 { hasFailed = true }
  }

  func tell(_ cost: CostRun) {
    say("An idle connection, an hour: \(Int(cost.streamBytes)) bytes in \(Int(cost.segments)) segments over TCP,")
    say("\(Int(cost.datagramBytes)) bytes of probes, \(Int(cost.broadcastBytes)) bytes of announces;")
    say("the board's process was woken \(Int(cost.wakeUps)) times.\n")
  }

  mutating func tell(_ run: LifeRun, minutes: Int) {
    say(
      "| \(minutes) minutes of | links | false alarms | suspicions | replaced | frames lost |\n|---|---|---|---|---|---|"
    )
    for count in run.counts {
      let lost = "\(count.lost) of \(count.frames)"
      let events = "\(count.falseAlarms) | \(count.suspicions) | \(count.replaced)"
      say("| \(count.name) | \(count.links) | \(events) | \(lost) |")
      if count.falseAlarms > 0 { hasFailed = true }
    }
  }

  /// A line at once, also into a file.
  func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

  private func text(_ sorted: [TimeSpan]) -> String {
    [0.5, 0.99].map { share in
      FlakyLinks.Measurement.quantile(share, of: sorted).map { String(format: "%.2f", Double($0.nanoseconds) / 1e9) }
        ?? "-"
    }.joined(separator: " / ")
  }

  /// The greater of the two quantiles' ratios; more than 1.5 is a failure.
  private mutating func ratio(_ real: [TimeSpan], _ simulated: [TimeSpan]) -> String {
    let ratios = [0.5, 0.99].compactMap { share -> Double? in
      guard let real = FlakyLinks.Measurement.quantile(share, of: real),
        let expected = FlakyLinks.Measurement.quantile(share, of: simulated)
      else { return nil }
      return Double(real.nanoseconds) / Double(max(1, expected.nanoseconds))
    }
    guard let worst = ratios.max() else { return "-" }
    if worst > 1.5 { hasFailed = true }
    return String(format: "%.2f", worst)
  }
}
