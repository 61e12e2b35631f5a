import PeerNet
import Sodium

/// What is asked for one board, in words: by options, or by a row of a table.
package struct BoardRequest: Sendable {
  /// By the names of a table's columns.
  package enum Setting: String, CaseIterable, Sendable {
    /// What each option of that name says.
    case hostname, wifi, country, trust, allow, profile
    /// The file with the wifi's password.
    case passwordFile = "wifi_password_file"

    /// The option that says it for one board.
    package var option: String { "--" + rawValue.split(separator: "_").joined(separator: "-") }
  }

  /// Which setting is wrong, and why.
  package struct Fault: Error, Equatable {
    /// What is wrong.
    package let setting: Setting
    /// To continue a sentence after "because".
    package let reason: String
  }

  var hostname: String?
  var wifi: String?
  var passwordFile: String?
  /// Whether the network asks for no password.
  var isOpen: Bool
  var country: String?
  var trust: [String]
  var allow: String?
  var profile: String?

  /// Nothing has to be said, for a table's rows may say it; ``settings(ownKey:peers:)`` finds what is missing.
  package init(
    hostname: String? = nil, wifi: String? = nil, passwordFile: String? = nil, isOpen: Bool = false,
    country: String? = nil, trust: [String] = [], allow: String? = nil, profile: String? = nil
  ) {
    self.hostname = hostname
    self.wifi = wifi
    self.passwordFile = passwordFile
    self.isOpen = isOpen
    self.country = country
    self.trust = trust
    self.allow = allow
    self.profile = profile
  }

  /// What that makes of it, on the computer that has this key and trusts these peers. The password is left out unless a file
  /// holds it.
  package func settings(ownKey: PublicKey, peers: TrustList) throws(Fault) -> BoardSettings {
    let name = try check(.hostname) { () throws(InvalidSetting) -> HostName in
      guard let hostname else { throw InvalidSetting("the board needs a host name") }
      return try HostName(hostname)
    }
    let network = try network()
    let common = try check(.allow) { () throws(InvalidSetting) -> Grants? in
      guard let allow else { return nil }
      return try GrantsArgument.read(allow, at: .board)
    }
    let list = try check(.trust) { () throws(InvalidSetting) -> TrustList in
      var entries: [TrustEntry] = []
      for text in trust {
        entries.append(try TrustArgument(text).entry(allowing: common, ownKey: ownKey, in: peers))
      }
      return try BoardSettings.trustList(of: entries)
    }
    let extra = try check(.profile) { () throws(InvalidSetting) -> [UInt8]? in
      guard let profile else { return nil }
      return try BoardSettings.profile(profile)
    }
    return BoardSettings(
      hostname: name, wifi: network, password: try password(network), trust: list, profile: extra)
  }

  private func network() throws(Fault) -> WifiNetwork? {
    guard let wifi else {
      guard passwordFile == nil else {
        throw Fault(setting: .wifi, reason: "there is a password but no network for it")
      }
      return nil
    }
    _ = try check(.wifi) { () throws(InvalidSetting) in try WifiNetwork.ssid(wifi) }
    return try check(.country) { () throws(InvalidSetting) -> WifiNetwork in
      guard let country else { throw InvalidSetting("a radio needs the country it is in, as in DE") }
      return try WifiNetwork(ssid: wifi, country: country)
    }
  }

  private func password(_ network: WifiNetwork?) throws(Fault) -> WifiPassword? {
    guard network != nil else { return nil }
    return try check(.passwordFile) { () throws(InvalidSetting) -> WifiPassword? in
      if let passwordFile { return try WifiPassword(file: passwordFile) }
      return isOpen ? WifiPassword.open : nil
    }
  }

  private func check<Value>(_ setting: Setting, _ body: () throws(InvalidSetting) -> Value) throws(Fault) -> Value {
    do throws(InvalidSetting) { return try body() } catch { throw Fault(setting: setting, reason: error.reason) }
  }
}
