import Foundation
import PeerNet
import PeerNetClient
import Sodium
import Testing

@testable import peernet

@Suite struct BoardSettingsTests {
  @Test(arguments: ["g-07", "a", "7", "GH", String(repeating: "a", count: 63)]) func hostNames(text: String) throws {
    #expect(try HostName(text).text == text)
  }

  @Test(arguments: ["", "-a", "a-", "a.b", "a_b", "a b", "ä", "a\n", "../x", String(repeating: "a", count: 64)])
  func noHostNames(text: String) { #expect(throws: InvalidSetting.self) { try HostName(text) } }

  @Test func aNetworkWithAPassphraseSpeaksWPA2AndWPA3() throws {
    let network = try WifiNetwork(ssid: "green house", country: "de")
    #expect(
      String(decoding: network.configuration(.passphrase(Array("pass\"word#1".utf8))), as: UTF8.self) == """
        ctrl_interface=/run/wpa_supplicant
        country=DE
        network={
          ssid="green house"
          scan_ssid=1
          key_mgmt=WPA-PSK SAE
          ieee80211w=1
          psk="pass"word#1"
        }

        """)
    let digits = Array(String(repeating: "aB12", count: 16).utf8)
    let keyed = String(decoding: network.configuration(.key(digits)), as: UTF8.self)
    #expect(
      keyed.contains("  key_mgmt=WPA-PSK\n") && keyed.contains("  psk=\(String(decoding: digits, as: UTF8.self))\n"))
    let open = String(decoding: network.configuration(.open), as: UTF8.self)
    #expect(open.contains("  key_mgmt=NONE\n") && !open.contains("psk"))
  }

  @Test(arguments: [
    ("plain", "\"plain\""), ("a\"b", "612262"), ("a\\b", "615c62"), ("☕", "e29895"), ("a\nb", "610a62"),
    ("\"x\"\n  psk=", "2278220a202070736b3d"),
  ]) func whatANameHoldsCannotEndItsLine(ssid: String, value: String) throws {
    let network = try WifiNetwork(ssid: ssid, country: "DE")
    let text = String(decoding: network.configuration(.open), as: UTF8.self)
    #expect(text.contains("\n  ssid=\(value)\n") && text.split(separator: "\n").count == 7)
    #expect(WifiNetwork.ssid(configured: value) == Array(ssid.utf8))
  }

  @Test(arguments: [
    ("", "DE"), (String(repeating: "x", count: 33), "DE"), (String(repeating: "ä", count: 17), "DE"),
    ("\u{fffd}", "DE"),
    ("x", ""), ("x", "D"), ("x", "DEU"), ("x", "D1"), ("x", "ß"),
  ]) func noNetworks(ssid: String, country: String) {
    #expect(throws: InvalidSetting.self) { try WifiNetwork(ssid: ssid, country: country) }
  }

  @Test func passwords() throws {
    let long = [UInt8](repeating: UInt8(ascii: "z"), count: 63)
    #expect(try WifiPassword(long) == .passphrase(long))
    let digits = [UInt8](repeating: UInt8(ascii: "f"), count: 64)
    #expect(try WifiPassword(digits) == .key(digits))
    for wrong in [
      "", "1234567", String(repeating: "z", count: 64), String(repeating: "f", count: 65), "12345678\n",
      "1234\u{1b}678",
    ] {
      let error = #expect(throws: InvalidSetting.self) { try WifiPassword(Array(wrong.utf8)) }
      // Why it is wrong is told, and never what it is.
      #expect(wrong.isEmpty || error?.reason.contains(wrong) == false)
    }
  }

  /// As wpa_supplicant 2.10 reads them: it takes for a comment what follows # behind a second quote.
  @Test func whatItsReaderTakesForACommentIsRefused() throws {
    for text in ["a\"bcdefgh", "abc#defgh", "ab#cd\"efgh", "\"abcdefgh\"", "ab\\cdefgh", " abcdefg "] {
      #expect(try WifiPassword(Array(text.utf8)) == .passphrase(Array(text.utf8)))
    }
    for text in ["ab\"cd#efgh", "ab#\"cd#ef", "abcdefgh\"#"] {
      #expect(throws: InvalidSetting.self) { try WifiPassword(Array(text.utf8)) }
    }
  }

  @Test func aPasswordFileIsOneLine() throws {
    let image = try TestImage(data: [])
    for text in ["12345678", "12345678\n", "12345678\r\n"] {
      #expect(try WifiPassword(file: image.write("pw", text)) == .passphrase(Array("12345678".utf8)))
    }
    for text in ["12345678\n\n", "12345678\nmore\n", String(repeating: "x", count: 5_000)] {
      #expect(throws: InvalidSetting.self) { try WifiPassword(file: image.write("pw", text)) }
    }
    #expect(throws: InvalidSetting.self) { try WifiPassword(file: image.file("nowhere")) }
  }

  private static let own = NamingTests.key(41)

  private func entry(_ text: String, allowing common: Grants? = nil) throws -> TrustEntry {
    try TrustArgument(text).entry(allowing: common, ownKey: Self.own, in: NamingTests.list())
  }

  @Test func thisComputerMayDoAllUnlessItIsSaid() throws {
    for name in ["laptop", "me"] {
      #expect(try entry(name) == TrustEntry(key: Self.own, label: Array("laptop".utf8), grants: .everything))
    }
    #expect(try entry("me:system.*").grants == Grants(text: Array("system.*".utf8)))
    #expect(try entry("me:").grants == Grants.none)
    #expect(try entry("me", allowing: Grants.none).grants == Grants.none)
    #expect(try entry("me:*", allowing: Grants.none).grants == .everything)
  }

  @Test func forOthersItMustBeSaid() throws {
    #expect(throws: InvalidSetting.self) { try entry("board7") }
    let seventh = try NamingTests.list().entries[6]
    let told = try entry("board7:gpio.write:pump,wifi.*")
    #expect(told.key == seventh.key && told.label == seventh.label)
    #expect(told.grants == Grants(text: Array("gpio.write:pump,wifi.*".utf8)))
    #expect(try entry(seventh.key.description, allowing: .everything).label == seventh.label)
    let stranger = NamingTests.key(99)
    #expect(try entry("\(stranger):gpio.read:door").label == stranger.fingerprint)
    for wrong in ["", ":a", "nobody:*", "board7:a.**", "TOO-SHORT:*"] {
      #expect(throws: InvalidSetting.self) { try entry(wrong) }
    }
  }

  @Test func aBoardTrustsSomebodyAndNobodyTwice() throws {
    #expect(throws: InvalidSetting.self) { try BoardSettings.trustList(of: []) }
    #expect(throws: InvalidSetting.self) {
      try BoardSettings.trustList(of: [entry("me"), entry("laptop:system.info")])
    }
    #expect(try BoardSettings.trustList(of: [entry("me"), entry("board1:*")]).entries.count == 2)
  }
}
