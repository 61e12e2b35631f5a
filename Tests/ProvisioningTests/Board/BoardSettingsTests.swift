import Foundation
import Images
import PeerNet
import PeerNetClient
import Sodium
import Testing

@testable import Provisioning

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

  /// As wpa_supplicant 2.10 reads them; ``SupplicantConfigurationTests`` asks it.
  @Test func quotesAndHashesAreTaken() throws {
    for text in [
      "a\"bcdefgh", "abc#defgh", "ab#cd\"efgh", "\"abcdefgh\"", "ab\\cdefgh", " abcdefg ", "ab#\"cd\"#ef",
      "say \"hi\" #1 today",
    ] {
      #expect(try WifiPassword(Array(text.utf8)) == .passphrase(Array(text.utf8)))
    }
  }

  @Test func whatItsReaderTakesForACommentIsRefused() throws {
    for text in ["ab\"cd#efgh", "ab#\"cd#ef", "abcdefgh\"#", "a\"b\"c\"d#efg"] {
      #expect(throws: InvalidSetting.self) { try WifiPassword(Array(text.utf8)) }
    }
  }

  @Test func theMarkOfAnEditorIsNoPartOfAPassword() throws {
    let image = try TestImage(data: [])
    let text = "correct horse battery"
    for file in ["\u{feff}\(text)\r\n", "\u{feff}\(text)", "\(text)\r\n"] {
      #expect(try WifiPassword(file: image.write("pw", file)) == .passphrase(Array(text.utf8)))
    }
    let units = Array("\(text)\n".utf16)
    let little = units.flatMap { unit -> [UInt8] in [UInt8(truncatingIfNeeded: unit), UInt8(unit >> 8)] }
    let big = units.flatMap { unit -> [UInt8] in [UInt8(unit >> 8), UInt8(truncatingIfNeeded: unit)] }
    let files: [[UInt8]] = [[0xff, 0xfe] + little, [0xfe, 0xff] + big, little, big]
    for bytes in files {
      let path = image.file("pw16")
      try Data(bytes).write(to: URL(filePath: path))
      let error = #expect(throws: InvalidSetting.self) { try WifiPassword(file: path) }
      #expect(
        error?.reason.hasSuffix("it is saved as UTF-16; save it as UTF-8") == true, "\(String(describing: error))")
    }
  }

  @Test func blanksAtItsEndsArePointedOut() throws {
    func oddity(_ bytes: [UInt8]) throws -> String? { try WifiPassword(bytes).oddity }
    #expect(try oddity(Array("correct horse".utf8)) == nil)
    #expect(try oddity(Array(" correct".utf8)) == "begins with a blank, which is taken for a part of it")
    #expect(try oddity(Array("correct".utf8) + [0xc2, 0xa0]) == "ends with a blank, which is taken for a part of it")
    #expect(try oddity(Array(" correct ".utf8)) == "begins and ends with a blank, which is taken for a part of it")
    #expect(try oddity(Array("Cafecafe".utf8) + [0xe9]) == "is no UTF-8, as most routers take it")
    #expect(try oddity([UInt8](repeating: UInt8(ascii: "f"), count: 64)) == nil)
  }

  @Test(arguments: [
    ("UK", "UK is no country's code; GB is the United Kingdom"),
    ("uk", "uk is no country's code; GB is the United Kingdom"),
    ("Germany", "Germany is no country's code; DE is Germany"),
    ("Germny", "Germny is no country's code; DE is Germany"),
    ("XX", "no radio rules are known for a country XX"), ("00", "no radio rules are known for a country 00"),
    ("AN", "no radio rules are known for a country AN"), ("DEU", "a country is two letters, as in DE"),
  ])
  func whatIsNoCountryIsRefused(_ text: String, _ reason: String) {
    let error = #expect(throws: InvalidSetting.self) { try Country(text) }
    #expect(error?.reason == reason)
  }

  @Test func countriesAreKnownByTheirCode() throws {
    #expect(try Country("de").name == "Germany" && Country("GB").name == "United Kingdom")
    #expect(Country.all.count == 180 && Set(Country.all.map(\.code)).count == 180)
    for country in Country.all { #expect(try Country(country.code.lowercased()) == country) }
  }

  @Test func aProfileNamesWhatIsKnown() throws {
    let image = try TestImage(data: [])
    func reason(_ text: String) throws -> String? {
      let path = try image.write("board.conf", text)
      do {
        _ = try BoardSettings.profile(path)
        return nil
      } catch { return String(error.reason.dropFirst(path.count + 2)) }
    }
    #expect(try reason("\u{feff}[gpio pump]\r\nline = GPIO17 ; relay 1\r\ndirection = output\r\n") == nil)
    #expect(try reason("[board]\nname = Pump #2\n; a comment\n# another\n") == nil)
    // The board's common profile has the rest.
    #expect(try reason("[gpio pump]\ninitial = 0\ndirection = output\n[wifi]\ncontrol = /run/x\n") == nil)
    #expect(
      try reason("[gpio pump]\nline = GPIO17\ndirektion = output\n") == "line 3: unknown key; did you mean direction?")
    #expect(try reason("[gpio pump]\ndirektion = output\n") == "line 2: unknown key; did you mean direction?")
    #expect(try reason("[wify]\ninterface = wlan0\n")?.hasSuffix("; did you mean wifi?") == true)
    #expect(try reason("[gpio pump]\nline = GPIO17\ndirection = outptu\n") == "line 3: expected input or output")
    #expect(
      try reason("[gpio pump]\nline = GPIO17  # relay 1\n")
        == "line 2: the value holds a blank and '#'; a comment behind a value begins with ';'")
    #expect(try reason("[board\nname = x\n") == "line 1: expected [section], key = value or a comment")
    #expect(try reason("name\n") == "line 1: expected [section], key = value or a comment")
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

  private static let own = Peers.key(41)

  private func entry(_ text: String, allowing common: Grants? = nil) throws -> TrustEntry {
    try TrustArgument(text).entry(allowing: common, ownKey: Self.own, in: Peers.list())
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
    let seventh = try Peers.list().entries[6]
    let told = try entry("board7:gpio.write:pump,wifi.*")
    #expect(told.key == seventh.key && told.label == seventh.label)
    #expect(told.grants == Grants(text: Array("gpio.write:pump,wifi.*".utf8)))
    #expect(try entry(seventh.key.description, allowing: .everything).label == seventh.label)
    let stranger = Peers.key(99)
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
