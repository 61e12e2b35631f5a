import FlakyLinks
import Foundation
import VirtualNetwork

// The real daemon over the kernel's own network, on links that die or have bad weather; `Scripts/flaky` says how it is
// called. Fails when a number is worse than the simulation lets expect.

guard let options = Options(CommandLine.arguments.dropFirst()) else {
  print(Options.usage)
  exit(64)
}
var report = Report()
report.say("\(options.links) links, seed \(options.seed). Times in seconds, p50 / p99.\n")
if options.includes("deaths") {
  for (name, weather) in [("20 ms, no loss", Weather.clear), ("300 ms, 20 % loss", .lossyAndSlow)] {
    let run = try await DeathRun(weather, options: options)
    let simulated = FlakyLinks.Measurement.deaths(.ours, weather, hours: options.hours, seed: options.seed)
    report.tell(run, name, simulated: simulated)
  }
}
if options.includes("cost") { report.tell(try await CostRun(options: options)) }
if options.includes("life") { report.tell(try await LifeRun(options: options), minutes: options.minutes) }
exit(report.hasFailed ? 1 : 0)
