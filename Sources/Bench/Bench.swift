import Foundation

/// Measures in one run, and prints each number beside the limit that the same run found.
///
///     Bench [--quick] [SECTION...]    sections: crypto connects calls echoes process
///
/// A target that is missed is printed as missed; only what cannot run makes the exit code 1.
@main
struct Bench {
  static func main() {
    var arguments = Array(CommandLine.arguments.dropFirst())
    let isQuick = arguments.contains("--quick")
    arguments.removeAll { $0 == "--quick" }
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
}

/// Something that a measurement needs is not there or went wrong.
struct BenchError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
