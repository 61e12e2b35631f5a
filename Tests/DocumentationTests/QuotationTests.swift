import TestKit
import Testing

/// Holds the Swift code in the documentation to code that is compiled and run.
@Suite struct QuotationTests {
  static let folder = "Tests/DocumentationTests"

  static func blocks() throws -> [CodeBlock] {
    let quoted = try Repository.articles.flatMap {
      CodeBlock.all("swift", in: try Repository.text($0), of: $0)
    }
    // What a tutorial shows are files of its catalogue.
    let shown = try Repository.catalogues(".swift").map {
      CodeBlock(path: $0, line: 1, language: "swift", text: outdented(lines(try Repository.text($0))))
    }
    return quoted + shown
  }

  static func snippets() throws -> [Snippet] {
    try Repository.files(in: folder + "/Snippets", ".swift").flatMap {
      Snippet.all(in: try Repository.text($0), of: $0)
    }
  }

  static func lines(_ text: String) -> [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

  @Test func everyBlockIsASnippetOrAnExample() throws {
    let snippets = try Self.snippets()
    let examples = try Repository.files(in: "Examples", ".swift").map {
      outdented(Self.lines(try Repository.text($0)))
    }
    let blocks = try Self.blocks()
    #expect(!blocks.isEmpty)
    for block in blocks where !examples.contains(block.text) {
      guard !snippets.contains(where: { $0.isQuoted(by: block.text) }) else { continue }
      Issue.record("\(block) is no snippet of \(Self.folder)/Snippets, nor a file of Examples")
    }
  }

  @Test func everySnippetIsQuoted() throws {
    let blocks = try Self.blocks()
    for snippet in try Self.snippets() where !blocks.contains(where: { snippet.isQuoted(by: $0.text) }) {
      Issue.record("\(snippet.path): no documentation quotes \(snippet.name)")
    }
  }

  @Test func everySnippetIsCalled() throws {
    let tests = try Repository.files(in: Self.folder, ".swift").filter { !$0.contains("/Snippets/") }
      .map { try Repository.text($0) }.joined(separator: "\n")
    for snippet in try Self.snippets() where snippet.isFunction && !tests.contains(" \(snippet.name)(") {
      Issue.record("\(snippet.path): no test calls \(snippet.name)")
    }
  }

  @Test func readsBlocksAsMarkdownDoes() {
    let text = """
      a
      ```swift
      let one = 1
      ```
      - b

        ````Swift
        if one {
          ```
        }
        ````
      ```
      c
      ```
      ```elixir
      :d
      ```
      """
    let blocks = CodeBlock.all("swift", in: text, of: "x.md")
    #expect(blocks.map(\.text) == ["let one = 1", "if one {\n  ```\n}"])
    #expect(blocks.map(\.line) == [2, 7])
    #expect(CodeBlock.all("elixir", in: text, of: "x.md").map(\.text) == [":d"])
  }

  @Test func readsSnippetsFromTheLeftMargin() throws {
    let text = """
      import A
      import B

      /// Says so.
      func one(
        _ value: Int
      ) async throws -> Int {
        let two = value

        if two > 1 {
          print(two)
        }
        // not shown
        return two
      }

      private func three() { print(3) }

      struct Four: Sendable {
        func five() {}
      }

      """
    let snippets = Snippet.all(in: text, of: "x.swift")
    #expect(snippets.map(\.name) == ["one", "Four"])
    #expect(snippets[0].text == "let two = value\n\nif two > 1 {\n  print(two)\n}")
    #expect(snippets[1].text == "struct Four: Sendable {\n  func five() {}\n}")
    #expect(snippets[0].isQuoted(by: "import B\n\n" + snippets[0].text))
    #expect(!snippets[0].isQuoted(by: "import C\n\n" + snippets[0].text))
    #expect(!snippets[0].isQuoted(by: snippets[0].text + "\nprint(1)"))
  }
}
