import Foundation
import TestKit
import Testing

/// Holds the article that says where a decision stands to the files that are there: one that was renamed, or whose name
/// a second one has, would send its reader astray.
@Suite struct WhereToLookTests {
  private static let article = "Sources/PeerNet/PeerNet.docc/WhereToLook.md"

  /// A decision, and the files that are named for it.
  struct Row {
    let line: Int
    let names: [String]
  }

  /// The rows of the tables but their heads and the names of modules between them.
  static func rows(of text: String) -> [Row] {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
      guard line.hasPrefix("| "), !line.hasPrefix("| **"), !line.hasPrefix("| to learn or change |") else { return nil }
      let cells = line.split(separator: "|", omittingEmptySubsequences: false)
      let parts = cells.count == 4 ? cells[2].split(separator: "`", omittingEmptySubsequences: false) : []
      return Row(line: index + 1, names: parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) })
    }
  }

  /// What a name may mean: files of `Sources`, by their own name with as many folders before it as are given; or one of
  /// the boards' files and the scripts, by its path.
  static func files(named name: String, among sources: [String]) -> [String] {
    if name.hasPrefix("board/") || name.hasPrefix("Scripts/") {
      return FileManager.default.fileExists(atPath: Repository.path(name)) ? [name] : []
    }
    return sources.filter { $0.hasSuffix("/\(name)") || $0.hasSuffix("/\(name).swift") }
  }

  @Test func everyNameIsOneFile() throws {
    let sources = Repository.files(in: "Sources", ".swift", ".c", ".h")
    let rows = Self.rows(of: try Repository.text(Self.article))
    #expect(rows.count > 100)
    for row in rows {
      if row.names.isEmpty { Issue.record("\(Self.article):\(row.line): no file is named") }
      for name in row.names {
        let found = Self.files(named: name, among: sources)
        if found.isEmpty { Issue.record("\(Self.article):\(row.line): there is no file \(name)") }
        if found.count > 1 {
          Issue.record("\(Self.article):\(row.line): \(name) may be any of \(found.joined(separator: ", "))")
        }
      }
    }
  }

  @Test func findsWhatANameMeans() {
    let sources = ["Sources/A/One.swift", "Sources/A/Two.swift", "Sources/B/Two.swift", "Sources/C/three.c"]
    func found(_ name: String) -> [String] { Self.files(named: name, among: sources) }
    #expect(found("One") == ["Sources/A/One.swift"])
    #expect(found("A/Two") == ["Sources/A/Two.swift"])
    #expect(found("three.c") == ["Sources/C/three.c"])
    #expect(found("Scripts/lint") == ["Scripts/lint"])
    #expect(found("Two").count == 2)
    #expect(found("ne").isEmpty)
    #expect(found("B/One").isEmpty)
    #expect(found("three").isEmpty)
    #expect(found("Scripts/no-such-script").isEmpty)
  }

  @Test func readsTheRows() {
    let text = """
      | to learn or change | open |
      |---|---|
      | **A** | |
      | what `x` means; the rest of it | `One`; `A/Two` |
      | what nobody says | nothing |
      | what has | `One` | too many cells |
      """
    let rows = Self.rows(of: text)
    #expect(rows.map(\.line) == [4, 5, 6])
    #expect(rows.map(\.names) == [["One", "A/Two"], [], []])
  }
}
