import Foundation

/// The package's own files, by their paths from its root.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The files below a folder whose names end so, sorted; none when there is no such folder.
  static func files(in folder: String, _ endings: String...) -> [String] {
    let found = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)
    let paths = found?.compactMap { $0 as? String } ?? []
    return paths.filter { path in endings.contains { path.hasSuffix($0) } }.map { "\(folder)/\($0)" }.sorted()
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// What a reader of the project's documentation reads.
  static var articles: [String] { ["README.md"] + catalogues(".md") }

  /// Files of the DocC catalogues.
  static func catalogues(_ ending: String) -> [String] {
    files(in: "Sources", ending).filter { $0.contains(".docc/") }
  }
}
