/// The wireless network that a board is to join, and the country whose radio rules hold there.
package struct WifiNetwork: Hashable, Sendable {
  /// 1 to 32 bytes, which need be no text.
  package let ssid: [UInt8]
  let country: Country

  init(ssid: String, country: String) throws(InvalidSetting) {
    self.ssid = try Self.ssid(ssid)
    self.country = try Country(country)
  }

  static func ssid(_ text: String) throws(InvalidSetting) -> [UInt8] {
    // What was no UTF-8 on the command line has been replaced by now.
    guard !text.unicodeScalars.contains("\u{fffd}") else { throw InvalidSetting("a network's name must be UTF-8 here") }
    guard 1...32 ~= text.utf8.count else { throw InvalidSetting("a network's name has 1 to 32 bytes") }
    return Array(text.utf8)
  }

  /// wpa_supplicant's configuration.
  func configuration(_ password: WifiPassword) -> [UInt8] {
    var text = Array("ctrl_interface=/run/wpa_supplicant\ncountry=\(country.code)".utf8)
    text += Array("\nnetwork={\n  ssid=".utf8) + quotedSSID
    // Also finds a network that does not tell its name.
    text += Array("\n  scan_ssid=1\n".utf8)
    switch password {
    case .open: text += Array("  key_mgmt=NONE\n".utf8)
    case .passphrase(let passphrase):
      // WPA3 where network and radio have it, else WPA2; management frames are protected where the network can.
      text += Array("  key_mgmt=WPA-PSK SAE\n  ieee80211w=1\n  psk=\"".utf8) + passphrase + Array("\"\n".utf8)
    case .key(let digits):
      // WPA3 needs the passphrase itself.
      text += Array("  key_mgmt=WPA-PSK\n  ieee80211w=1\n  psk=".utf8) + digits + Array("\n".utf8)
    }
    return text + Array("}\n".utf8)
  }

  /// The name that a value of `ssid=` stands for: one in quotes, or in hexadecimal digits.
  package static func ssid(configured value: String) -> [UInt8] {
    let digits = Array(value.utf8)
    if digits.first == UInt8(ascii: "\""), digits.last == digits.first, digits.count >= 2 {
      return Array(digits[1..<digits.count - 1])
    }
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).map { start in
      UInt8(String(decoding: digits[start..<start + 2], as: UTF8.self), radix: 16)
    }
    return digits.count % 2 == 0 && !bytes.contains(nil) ? bytes.compactMap { $0 } : digits
  }

  /// In quotes when it is plain, else in hexadecimal digits, which need no escaping.
  private var quotedSSID: [UInt8] {
    let quote = UInt8(ascii: "\""), backslash = UInt8(ascii: "\\")
    if ssid.allSatisfy({ 0x20...0x7e ~= $0 && $0 != quote && $0 != backslash }) { return [quote] + ssid + [quote] }
    return ssid.flatMap { byte in
      [byte >> 4, byte & 15].map { $0 < 10 ? UInt8(ascii: "0") + $0 : UInt8(ascii: "a") + $0 - 10 }
    }
  }
}
