import Foundation

/// Measures in one run, and prints each number beside the limit that the same run found.
///
///     Bench [--quick] [SECTION...]    sections: crypto connects calls echoes process
///     Bench [--quick] peers FOLDER    beside the programs that Scripts/bench-peers has started
///     Bench library COUNT             that many calls through the library and nothing else, to be traced
///     Bench agent COUNT COMMAND...    that many calls to the agent that the command starts, and nothing else
///
/// A target that is missed is printed as missed; only what cannot run makes the exit code 1.
@main
struct Bench {
  static func main() {
    var arguments = Array(CommandLine.arguments.dropFirst())
    let isQuick = arguments.contains("--quick")
    arguments.removeAll { $0 == "--quick" }
    if arguments.count == 2, arguments[0] == "peers" {
      finish { try PeersBench.run(arguments[1], isQuick: isQuick) }
    }
    if arguments.count == 2, arguments[0] == "library", let count = Int(arguments[1]), count > 0 {
      finish {
        let pair = try LibraryPair()
        _ = try pair.roundTrips(size: 64, count: count)
        try pair.stop()
      }
    }
    if arguments.count >= 3, arguments[0] == "agent", let count = Int(arguments[1]), count > 0 {
      finish { try AgentCalls.make(count, of: Array(arguments.dropFirst(2))) }
    }
    let sections: [(name: String, run: (inout Report, Bool) throws -> Void)] = [
      ("crypto", CryptoBench.run), ("connects", LoopbackBench.connects), ("calls", LoopbackBench.calls),
      ("echoes", LoopbackBench.echoes), ("process", ProcessBench.run),
    ]
    guard arguments.allSatisfy({ name in sections.contains { $0.name == name } }) else {
      print("usage: Bench [--quick] [crypto] [connects] [calls] [echoes] [process]")
      exit(64)
    }
    var report = Report()
    report.printHeader()
    for section in sections where arguments.isEmpty || arguments.contains(section.name) {
      do {
        try section.run(&report, isQuick)
      } catch {
        report.failed(section.name, "\(error)")
      }
    }
    exit(report.hasFailed ? 1 : 0)
  }

  /// Does it and ends the program.
  private static func finish(_ body: () throws -> Void) -> Never {
    do { try body() } catch {
      FileHandle.standardError.write(Data("Bench: \(error)\n".utf8))
      exit(1)
    }
    exit(0)
  }
}

/// Something that a measurement needs is not there or went wrong.
struct BenchError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
