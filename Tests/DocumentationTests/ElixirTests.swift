import Foundation
import TestKit
import Testing

/// Holds the Elixir code in the documentation and in the examples to what Elixir can read.
@Suite struct ElixirTests {
  @Test func everyBlockAndExampleParses() throws {
    let blocks = try Repository.articles.flatMap { CodeBlock.all("elixir", in: try Repository.text($0), of: $0) }
    var sources = blocks.map { (name: "\($0)", text: $0.text) }
    for path in Repository.files(in: "Examples", ".exs", ".ex") {
      sources.append((path, try Repository.text(path)))
    }
    let outcome = try parse(sources)
    #expect(outcome.status == 0, "\(outcome.output)")
  }

  @Test func whatIsNotElixirIsFound() throws {
    let outcome = try parse([("good.md:1", "IO.puts(:stderr, \"a\")"), ("bad.md:2", "def f do")])
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("bad.md:2") && !outcome.output.contains("good.md:1"))
  }

  /// Has one Elixir read all of them.
  private func parse(_ sources: [(name: String, text: String)]) throws -> (status: Int32, output: String) {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    var paths: [String] = []
    for (name, text) in sources {
      try folder.write(name, text)
      paths.append(folder.path(name))
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let script = Repository.path("Tests/DocumentationTests/parse.exs")
    process.arguments = ["elixir", script] + paths
    process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C.UTF-8"]) { $1 }
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: said, as: UTF8.self))
  }
}
