import Foundation

/// The checkout that the tests were built from: its files, by their paths from its root.
public enum Repository {
  public static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Where a file or a folder is.
  public static func path(_ name: String) -> String { root.appendingPathComponent(name).path }

  public static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// The files below a folder whose names end so, sorted; none when there is no such folder.
  public static func files(in folder: String, _ endings: String...) -> [String] {
    let found = FileManager.default.enumerator(atPath: path(folder))
    let paths = found?.compactMap { $0 as? String } ?? []
    return paths.filter { path in endings.contains { path.hasSuffix($0) } }.map { "\(folder)/\($0)" }.sorted()
  }
}
