import ETF
import PeerNet

extension WifiStatus {
  /// The answer of `wifi.status`. A key whose value is not known is left out.
  ///
  /// | key | value |
  /// |---|---|
  /// | `interface` | the radio's name on the board |
  /// | `state` | `completed` when data flows; `unreachable` when neither a supplicant nor NetworkManager answers; `disconnected`, `interface_disabled`, `inactive`, `scanning`, `authenticating`, `associating`, `associated`, `handshake`, `unknown` |
  /// | `ssid` | up to 32 bytes of anything |
  /// | `bssid` | `aa:bb:cc:dd:ee:ff` |
  /// | `freq` | MHz |
  /// | `rssi` | dBm |
  /// | `ip` | the interface's IPv4 address |
  /// | `last_restart` | ``RestartRecord``'s map; left out when there was none since the agent started |
  public func answer(
    interface: [UInt8], lastRestart: RestartRecord?, step: WifiError.Step?, now: Instant
  ) -> Term {
    var answer = Answer()
    put(into: &answer, interface: interface)
    if let lastRestart { answer.put("last_restart", lastRestart.term(now: now, step: step)) }
    return answer.term
  }

  fileprivate func put(into answer: inout Answer, interface: [UInt8]) {
    answer.put("interface", interface)
    answer.put("state", text: state.name)
    answer.put("ssid", ssid)
    answer.put("bssid", bssid)
    answer.put("freq", frequency)
    answer.put("rssi", signal)
    answer.put("ip", address)
  }
}

extension WifiRestart.Success {
  /// The answer of `wifi.restart`: what `wifi.status` tells of the new association (without `rssi`), and
  ///
  /// | key | value |
  /// |---|---|
  /// | `way` | what brought it about: `reconfigure`, `reassociate` or `respawn`; through NetworkManager `activate`, `connect` or `radio` |
  /// | `took_ms` | from the first call to the association |
  /// | `joined` | `true`: this call found the restart under way |
  public func answer(interface: [UInt8], joined: Bool) -> Term {
    var answer = Answer()
    status.put(into: &answer, interface: interface)
    answer.put("way", text: way.name)
    answer.put("took_ms", took.milliseconds)
    answer.put("joined", flag: joined)
    return answer.term
  }
}

extension ScanList {
  /// The answer of `wifi.scan`: `cut_off`, `true` when networks are missing or may be, because there are more than 64 or the
  /// supplicant's answer is full; and `networks`, a list of at most 64 maps, the strongest first:
  ///
  /// | key | value |
  /// |---|---|
  /// | `ssid` | up to 32 bytes of anything, empty for a hidden network |
  /// | `bssid` | `aa:bb:cc:dd:ee:ff` |
  /// | `freq` | MHz |
  /// | `rssi` | dBm |
  /// | `security` | `open`, `owe` (encrypted, without a password), `wep`, `wpa`, `wpa2`, `wpa3`, `mixed` (of the three before), `enterprise`, `other` |
  public var answer: Term {
    var answer = Answer()
    answer.put("cut_off", flag: isCutOff)
    answer.put("networks", .list(entries.map { $0.term }))
    return answer.term
  }
}

extension ScanEntry {
  fileprivate var term: Term {
    var answer = Answer()
    answer.put("ssid", ssid)
    answer.put("bssid", bssid)
    answer.put("freq", frequency)
    answer.put("rssi", signal)
    answer.put("security", text: security.name)
    return answer.term
  }
}
