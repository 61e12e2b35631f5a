import Foundation

/// The programs that ours are measured beside, as Scripts/bench-peers has left them in a folder: what is running, and the
/// commands that use it.
struct Peers {
  /// A line of a list: what to call it, a tabulator, and its words, the first of which is a path.
  struct Entry {
    let name: String
    fileprivate let command: [String]
  }

  /// Commands that print the nanoseconds of each of the round trips whose number is their last argument.
  let roundTrips: [Entry]
  /// Commands that ask for one thing, and end.
  let commands: [Entry]
  /// The processes on the way of a round trip.
  let processes: [Int32]

  init(folder: String) throws {
    roundTrips = try Self.lines("\(folder)/round-trips").map(Self.entry)
    commands = try Self.lines("\(folder)/commands").map(Self.entry)
    processes = try Self.lines("\(folder)/processes").compactMap { Int32($0) }
  }

  private static func lines(_ file: String) throws -> [Substring] {
    try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
  }

  private static func entry(_ line: Substring) throws -> Entry {
    let parts = line.split(separator: "\t")
    guard parts.count == 2 else { throw BenchError("no name and command: \(line)") }
    return Entry(name: String(parts[0]), command: parts[1].split(separator: " ").map(String.init))
  }

  /// Nanoseconds of each of `count` round trips.
  static func roundTrips(of entry: Entry, count: Int) throws -> [Double] {
    let times = try run(entry.command + ["\(count)"]).split(separator: "\n").compactMap { Double($0) }
    guard times.count == count else { throw BenchError("\(entry.name) measured \(times.count) of \(count)") }
    return times
  }

  static func run(_ entry: Entry) throws { _ = try run(entry.command) }

  private static func run(_ command: [String]) throws -> String {
    // Where the script has unpacked the libraries of what it did not install.
    let libraries = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"].map { ["LD_LIBRARY_PATH=\($0)"] } ?? []
    return try Program.output(of: command, environment: libraries)
  }
}
