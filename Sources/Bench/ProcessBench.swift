/// The board's own binary, as a process.
enum ProcessBench {
  static func run(_ report: inout Report, isQuick: Bool) throws {
    report.skipped("peernetd", "not built")
  }
}
