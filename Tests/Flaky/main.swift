import FlakyLinks
import PeerNet

// Compares heartbeat policies on the same seeds: `Flaky [--hours N] [--seed N] [--policy NAME-PART] [--search]`.

struct Options {
  var hours = 10_000
  var seed: UInt64 = 1
  var policy: String?
  var searches = false

  /// Nil for what is not understood.
  init?(_ arguments: ArraySlice<String>) {
    var rest = arguments
    while let word = rest.popFirst() {
      switch word {
      case "--search": searches = true
      case "--hours":
        guard let number = rest.popFirst().flatMap({ Int($0) }), number > 0 else { return nil }
        hours = number
      case "--seed":
        guard let number = rest.popFirst().flatMap({ UInt64($0) }) else { return nil }
        seed = number
      case "--policy":
        guard let name = rest.popFirst() else { return nil }
        policy = name
      default: return nil
      }
    }
  }
}

guard let options = Options(CommandLine.arguments.dropFirst()) else {
  print("usage: Flaky [--hours N] [--seed N] [--policy PART-OF-NAME] [--search]")
  throw Usage.unknownArgument
}

enum Usage: Error { case unknownArgument }

if options.searches {
  Search(hours: options.hours, seed: options.seed).run { print($0) }
} else {
  print("Seed \(options.seed), \(options.hours) hours of links a number. Times in seconds, p50 / p99;")
  print("false alarms a 1,000 hours.\n")
  var table = PolicyTable(hours: options.hours, seed: options.seed)
  for policy in Policy.all where options.policy.map({ policy.name.contains($0) }) ?? true { table.measure(policy) }
  print(table.markdown)
  if options.policy == nil {
    let trials = min(options.hours, 1_000)
    print("Usable again: seconds until a call is answered, p50 / p99 of \(trials).\n")
    print(PolicyTable.recovery(trials: trials, seed: options.seed))
  }
}
