import FlakyLinks
import Foundation

// Compares heartbeat policies on the same seeds; `Scripts/flaky` says how it is called.

struct Options {
  var hours = 10_000
  var seed: UInt64 = 1
  var policy: String?
  var searches = false
  var recovers = false
  var boards: Int?

  /// Nil for what is not understood.
  init?(_ arguments: ArraySlice<String>) {
    var rest = arguments
    while let word = rest.popFirst() {
      switch word {
      case "--search": searches = true
      case "--recovery": recovers = true
      case "--herd":
        guard let number = rest.popFirst().flatMap({ Int($0) }), number > 16 else { return nil }
        boards = number
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
  print("usage: Flaky [--hours N] [--seed N] [--policy PART-OF-NAME | --recovery | --herd BOARDS | --search]")
  exit(64)
}

func printRecovery() {
  let trials = min(options.hours, 1_000)
  print("Usable again: seconds until a call is answered, p50 / p99 of \(trials).\n")
  print(PolicyTable.recovery(trials: trials, seed: options.seed))
}

func printHerd(_ boards: Int) {
  print("\(boards) boards and one hub: seconds until all are connected again, and handshakes at the hub.\n")
  print(PolicyTable.herd(boards: boards, seed: options.seed))
}

if options.searches {
  Search(hours: options.hours, seed: options.seed).run { print($0) }
} else if options.recovers {
  printRecovery()
} else if let boards = options.boards {
  printHerd(boards)
} else {
  print("Seed \(options.seed), \(options.hours) hours of links a number. Times in seconds, p50 / p99;")
  print("false alarms a 1,000 hours.\n")
  var table = PolicyTable(hours: options.hours, seed: options.seed)
  let isWhole = Policy.all.contains { $0.name == options.policy }
  for policy in Policy.all {
    if let part = options.policy, !(isWhole ? policy.name == part : policy.name.contains(part)) { continue }
    table.measure(policy)
  }
  print(table.markdown)
  if options.policy == nil {
    printRecovery()
    printHerd(1_000)
  }
}
