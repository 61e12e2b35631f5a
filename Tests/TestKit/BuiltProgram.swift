import Foundation

/// The programs of this package where the build leaves them: beside the tests.
public enum BuiltProgram {
  /// Where it is.
  public static func path(_ name: String) -> String {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appending(path: name).path
  }

  /// What starts it, or whatever an environment variable names in its place: several words are allowed there, such as
  /// an emulator and the board's binary.
  public static func words(_ name: String, unless variable: String) -> [String] {
    let environment = ProcessInfo.processInfo.environment
    var words = (environment[variable] ?? "").split(separator: " ").map(String.init)
    guard let first = words.first else { return [path(name)] }
    if !first.contains("/") {
      let folders = (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
      words[0] = folders.map { "\($0)/\(first)" }.first { FileManager.default.isExecutableFile(atPath: $0) } ?? first
    }
    return words
  }
}
