import Admin
import Foundation
import TestKit
import Testing

/// The documents' tables of procedures and of exit statuses come from the code. `Scripts/tables` writes them anew.
@Suite struct DocumentTableTests {
  /// What stands between two lines of a document.
  struct Table: CustomTestStringConvertible, Sendable {
    let file: String
    let first: String
    let last: String
    let text: @Sendable () -> String

    var testDescription: String { "\(file): \(first)" }
    var path: String { Repository.path(file) }

    func parts(of document: String) throws -> (before: Substring, table: Substring, after: Substring) {
      let first = try #require(document.range(of: self.first + "\n"), "\(file) has no line \(self.first)")
      let last = try #require(
        document.range(of: self.last, range: first.upperBound..<document.endIndex), "\(file) has no line \(self.last)")
      return (
        document[..<first.upperBound], document[first.upperBound..<last.lowerBound], document[last.lowerBound...]
      )
    }
  }

  private static let procedures = Procedure.allCases.map(\.descriptor)

  static let tables = [
    Table(file: "README.md", first: "<!-- procedures -->", last: "<!-- end of procedures -->") {
      "\n| procedure | does |\n|---|---|\n"
        + procedures.map { "| `\($0.name)` | \($0.summary) |\n" }.joined() + "\n"
    },
    Table(
      file: "Documentation/peernetd.8", first: ".\\\" procedures", last: ".\\\" end of procedures"
    ) {
      procedures.map { procedure in
        var lines = [".It Ic \(procedure.name)", "It \(procedure.summary)."]
        for parameter in procedure.parameters {
          lines.append(".Ql \(parameter.name)")
          lines.append("is \(String(decoding: parameter.expectation, as: UTF8.self)).")
        }
        if !"\(procedure.answer)".isEmpty { lines += ["It answers", ".Ql \(procedure.answer) ."] }
        if let bound = procedure.boundParameter {
          lines += ["A grant may be limited to values of", ".Ql \(bound.name) ."]
        }
        if procedure.changesBoard { lines.append("It changes the board: each of its calls is logged.") }
        return lines.joined(separator: "\n") + "\n"
      }.joined()
    },
    exitStatuses("Documentation/peernet.1") { $0 != .agent },
    exitStatuses("Documentation/peernetd.8") { $0 != .commandLine },
  ]

  private static func exitStatuses(
    _ file: String, of areListed: @escaping @Sendable (Admin.ExitStatus.Programs) -> Bool
  ) -> Table {
    Table(file: file, first: ".\\\" exit statuses", last: ".\\\" end of exit statuses") {
      Admin.ExitStatus.allCases.filter { areListed($0.programs) }.map { status in
        ".It \(status.rawValue)\n.Ql \(status.code) :\n\(status.sentence)\n"
      }.joined()
    }
  }

  // One after the other: two of them are written to the same file.
  @Test(.serialized, arguments: tables) func theDocumentHasTheTable(_ table: Table) throws {
    let document = try String(contentsOfFile: table.path, encoding: .utf8)
    let parts = try table.parts(of: document)
    let text = table.text()
    if ProcessInfo.processInfo.environment["PEERNET_WRITE_TABLES"] != nil {
      try (parts.before + text + parts.after).write(toFile: table.path, atomically: true, encoding: .utf8)
    } else {
      #expect(parts.table == text, "run Scripts/tables")
    }
  }

  @Test func theProtocolNamesWhatRunsOnlyOnce() throws {
    let document = try Repository.text("Sources/PeerNet/PeerNet.docc/OnceOnlyCalls.md")
    for procedure in Self.procedures where procedure.changesBoard { #expect(document.contains("`\(procedure.name)`")) }
  }
}
