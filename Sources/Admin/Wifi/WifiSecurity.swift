import Basics

/// How a network protects what is sent in it.
public enum WifiSecurity: Equatable, Sendable {
  /// Open: everybody may join and listen.
  case open
  /// Encrypted without a password: everybody may join, nobody can listen.
  case owe
  /// A key that is broken in minutes.
  case wep
  /// The first WPA, with a password.
  case wpa
  /// WPA2 with a password.
  case wpa2
  /// WPA3 with a password.
  case wpa3
  /// More than one of the three: each station uses what it supports.
  case mixed
  /// 802.1X: each user has a name and a password, or a certificate.
  case enterprise
  /// Something else.
  case other

  /// Its name in answers.
  public var name: StaticString {
    switch self {
    case .open: "open"
    case .owe: "owe"
    case .wep: "wep"
    case .wpa: "wpa"
    case .wpa2: "wpa2"
    case .wpa3: "wpa3"
    case .mixed: "mixed"
    case .enterprise: "enterprise"
    case .other: "other"
    }
  }

  /// From the flags of SCAN_RESULTS, `[WPA2-PSK+SAE-CCMP][ESS]`. An open network beside an encrypted one of the same name,
  /// `[OWE-TRANS-OPEN]`, is open.
  init(flags: ArraySlice<UInt8>) {
    var found = Found()
    for flag in flags.parts(by: 0x5b) {
      if flag.hasPrefix("WEP") { found.isWEP = true }
      let isFirst = flag.hasPrefix("WPA-")
      guard isFirst || flag.hasPrefix("WPA2-") || flag.hasPrefix("RSN-") else { continue }
      found.isProtected = true
      for part in flag.parts(by: 0x2d) {
        for method in part.parts(by: 0x2b) {
          // `FT/PSK` is the variant for stations that roam.
          let method = method.hasPrefix("FT/") ? method.dropFirst(3) : method
          if method.hasPrefix("OWE") { found.isOWE = true }
          if method.hasPrefix("EAP") || method.hasPrefix("FILS") { found.isEnterprise = true }
          if method.hasPrefix("SAE") { found.isWPA3 = true }
          guard method.hasPrefix("PSK") else { continue }
          if isFirst { found.isWPA = true } else { found.isWPA2 = true }
        }
      }
    }
    self = found.security
  }

  /// From NetworkManager's words, `WPA1 WPA2` or `WPA2 802.1X`. `OWE-TM` is the open one of two networks of one name.
  init(words: [UInt8]) {
    var found = Found()
    for word in words[...].parts(by: 0x20) where !word.isEmpty && !word.equals("OWE-TM") {
      found.isProtected = true
      if word.equals("WEP") { found.isWEP = true }
      if word.equals("WPA1") { found.isWPA = true }
      if word.equals("WPA2") { found.isWPA2 = true }
      if word.equals("WPA3") { found.isWPA3 = true }
      if word.equals("OWE") { found.isOWE = true }
      if word.equals("802.1X") { found.isEnterprise = true }
    }
    self = found.security
  }

  private struct Found {
    var isProtected = false
    var isWEP = false
    var isWPA = false
    var isWPA2 = false
    var isWPA3 = false
    var isOWE = false
    var isEnterprise = false

    var security: WifiSecurity {
      if isEnterprise { return .enterprise }
      switch (isWPA, isWPA2, isWPA3) {
      case (true, false, false): return .wpa
      case (false, true, false): return .wpa2
      case (false, false, true): return .wpa3
      case (false, false, false): break
      default: return .mixed
      }
      if isOWE { return .owe }
      if isWEP { return .wep }
      return isProtected ? .other : .open
    }
  }
}
