import ArgumentParser
import Foundation
import TestKit
import Testing

@testable import peernet

@Suite struct ManualPageTests {
  static let page = try! Repository.text("Documentation/peernet.1")

  @Test func namesEveryCommand() {
    for command in PeerNetCommand.configuration.subcommands {
      let name = command.configuration.commandName!
      #expect(Self.page.contains(".Cm \(name)") || Self.page.contains(", \(name)"), "\(name)")
      for inner in command.configuration.subcommands {
        #expect(Self.page.contains(".It Cm \(name) \(inner.configuration.commandName!)\n"))
      }
    }
  }

  @Test func namesEveryOption() throws {
    let names = Set(
      PeerNetCommand.configuration.subcommands.flatMap { [$0] + $0.configuration.subcommands }.flatMap { command in
        PeerNetCommand.helpMessage(for: command, columns: 200).matches(of: /--([a-z][a-z-]*)/).map { String($0.1) }
      })
    #expect(names.contains("json") && names.contains("dry-run"))
    for name in names.sorted() {
      #expect(Self.page.contains("Fl -\(name)") || Self.page.contains("-\(name)\n"), "\(name)")
    }
  }
}
