import Foundation
import Settings
import TestKit
import Testing

@testable import peernetd

/// peernetd(8) says what the program does. Arguments and settings are what a reader looks up.
@Suite struct ManualPageTests {
  private static let page = try! Repository.text("Documentation/peernetd.8")

  private func section(_ name: String) throws -> String {
    let rest = try #require(Self.page.components(separatedBy: ".Sh \(name)\n").dropFirst().first)
    return try #require(rest.components(separatedBy: "\n.Sh ").first)
  }

  @Test func namesEveryCommandAndOption() throws {
    let usage = Invocation.usage.description
    let synopsis = try section("SYNOPSIS")
    let commands = usage.matches(of: /\n +peernetd ([a-z]+)(?: (write|try|confirm))?\b/)
    #expect(commands.count == 10)
    for command in commands {
      let words = [command.1, command.2].compactMap { $0 }.joined(separator: " ")
      #expect(synopsis.contains(".Cm \(words)"), "\(words)")
      #expect(Self.page.contains(".It Cm \(words)"), "\(words)")
    }
    let options = Set(usage.matches(of: /--([a-z-]+)/).map { String($0.1) })
    #expect(options.isSuperset(of: ["add", "config", "dry-run", "wire"]))
    for option in options.sorted() { #expect(Self.page.contains("Fl -\(option)"), "\(option)") }
    // And nothing else.
    let known = Set(commands.map { String($0.1) })
    for match in synopsis.matches(of: /\.Cm ([a-z]+)/) { #expect(known.contains(String(match.1))) }
    for match in Self.page.matches(of: /Fl -([a-z-]+)/) { #expect(options.contains(String(match.1)), "\(match.1)") }
  }

  /// Section and key, in the order of the page.
  private var settings: [(section: String, key: String)] {
    get throws {
      var name = ""
      var found: [(section: String, key: String)] = []
      for line in try section("CONFIGURATION").split(separator: "\n") {
        if let match = line.wholeMatch(of: /\.It Sy \[(.+)\]/) { name = String(match.1) }
        guard let match = line.wholeMatch(of: /\.It Cm (.+)/) else { continue }
        found += match.1.components(separatedBy: " , ").map { (name, $0) }
      }
      return found
    }
  }

  @Test func everySettingOfThePageIsRead() throws {
    let settings = try settings
    #expect(settings.count > 20)
    for setting in settings {
      // Whatever it should be, this is no value; a key that is not known is told before that.
      let line = Setting(
        section: Array(setting.section.utf8), key: Array(setting.key.utf8), value: [0x7f], line: 1)
      let faults = Configuration.read([line]).faults.map(\.problem)
      #expect(faults.count == 1 && faults != [.unknownKey] && faults != [.unknownSection], "\(setting)")
    }
  }

  @Test func everySettingThatIsReadIsOnThePage() throws {
    let reader = try Repository.text("Sources/peernetd/Configuration/ConfigurationReader.swift")
    let parts = reader.components(separatedBy: "private mutating func apply").dropFirst()
    var read: Set<String> = []
    for part in parts {
      guard let name = part.prefixMatch(of: /([A-Z][a-z]+)\(/)?.1.lowercased(),
        let body = part.components(separatedBy: "\n  }\n").first
      else { continue }
      read.formUnion(body.matches(of: /\n    case "([a-z_]+)":/).map { "\(name) \($0.1)" })
    }
    #expect(read.count > 20)
    #expect(try Set(settings.map { "\($0.section) \($0.key)" }) == read)
  }

  @Test func thePathsAreTheProgramsOwn() {
    #expect(Self.page.contains(".It Pa \(Configuration.standardFile)\n"))
    let paths = StatePaths(Configuration(), hasDataPartition: false)
    for path in [paths.key, paths.trust, paths.lastGoodTrust, paths.peers, paths.once, paths.reached, paths.board] {
      let name = String(decoding: path.dropFirst(paths.folder.count + 1), as: UTF8.self)
      #expect(Self.page.contains(".It Pa \(name)\n"), "\(name)")
    }
    for folder in [paths.folder, StatePaths(Configuration(), hasDataPartition: true).folder, Configuration().runtime] {
      #expect(
        Self.page.contains(".Pa \(String(decoding: folder, as: UTF8.self))")
          || Self.page.contains(".It Pa \(String(decoding: folder, as: UTF8.self))\n"))
    }
  }
}
