import TestKit
import Testing

@testable import PeerNet

@Suite struct GrantsTests {
  private func grants(_ text: String) throws -> Grants { try #require(Grants(text: utf8(text))) }

  @Test func nothingByDefault() {
    for grants in [Grants.none, Grants(text: [])!] {
      #expect(grants.isEmpty)
      for name in ["", "wifi.restart", "*", "agent.whoami"] {
        #expect(!grants.allows(utf8(name)))
        #expect(!grants.allows(utf8(name), argument: utf8("x")))
        #expect(grants.permission(for: utf8(name)) == .none)
      }
    }
  }

  @Test func aNameIsThatNameOnly() throws {
    let grants = try grants("wifi.restart,echo")
    #expect(grants.allows(utf8("wifi.restart")))
    #expect(grants.allows(utf8("echo"), argument: utf8("anything")))
    for name in ["wifi.restar", "wifi.restartx", "wifi", "Echo", "", "wifi.*"] { #expect(!grants.allows(utf8(name))) }
  }

  @Test func aPrefixEndsAtItsDot() throws {
    let grants = try grants("wifi.*")
    for name in ["wifi.restart", "wifi.a.b"] { #expect(grants.allows(utf8(name))) }
    for name in ["wifi", "wifi.", "wifix.restart", "gpio.read"] { #expect(!grants.allows(utf8(name))) }
  }

  @Test func anArgumentNarrowsAName() throws {
    let grants = try grants("gpio.write:pump,gpio.write:a:b,gpio.write:two%20words")
    #expect(!grants.allows(utf8("gpio.write")))
    let permission = grants.permission(for: utf8("gpio.write"))
    #expect(permission == .arguments(["pump", "a:b", "two words"].map { utf8($0) }))
    #expect(permission.covers([utf8("a:b"), utf8("pump")]))
    #expect(!permission.covers([utf8("pump"), utf8("led")]) && !permission.covers([]))
    #expect(grants.permission(for: utf8("gpio.read")) == .none)
    for argument in ["pump", "a:b", "two words"] {
      #expect(grants.allows(utf8("gpio.write"), argument: utf8(argument)))
      #expect(!grants.allows(utf8("gpio.read"), argument: utf8(argument)))
    }
    for argument in ["", "pum", "pumps", "a"] {
      #expect(!grants.allows(utf8("gpio.write"), argument: utf8(argument)))
    }
  }

  @Test func aStarIsEverything() throws {
    #expect(try grants("*") == .everything)
    #expect(Grants.everything.allows(utf8("system.reboot")))
    #expect(Grants.everything.permission(for: []) == .full)
  }

  @Test(arguments: [
    ",", "a,", ",a", "a,,b", "wi*", "*.x", ".*", "**", "a.*.*", "*:x", "wifi.*:x", ":x", "a:", "a%", "a%1", "a%zz",
    "a*b",
    "a:%2",
  ])
  func otherItemsAreRefused(_ text: String) { #expect(Grants(text: utf8(text)) == nil) }

  @Test func theTextRoundTrips() throws {
    #expect(string(try grants("b,a,wifi.*,gpio.write:pump,*,a").text) == "b,a,wifi.*,gpio.write:pump,*")
    #expect(string(try grants("x%2ay,%e2%82%ac,g:%2A%3a").text) == "x%2Ay,€,g:%2A%3A")
    #expect(try !grants("%2A").allows(utf8("anything")), "an encoded star is a name")
    let names = (0...64).map { "a\($0)" }
    #expect(Grants(text: utf8(names.dropLast().joined(separator: ","))) != nil)
    #expect(Grants(text: utf8(names.joined(separator: ","))) == nil)
    #expect(Grants(text: [UInt8](repeating: 0x61, count: 129)) == nil)
  }

  /// An item counts as long as it is written, so that every grant that reads can be written back.
  @Test func whatReadsCanBeWritten() throws {
    let most = [UInt8](repeating: UInt8(ascii: "="), count: 42)
    let grants = try #require(Grants(text: most))
    #expect(Grants(text: grants.text) == grants)
    #expect(Grants(text: most + most) == nil)
  }
}
