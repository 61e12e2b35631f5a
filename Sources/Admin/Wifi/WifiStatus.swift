import Basics

/// What STATUS and SIGNAL_POLL tell. Whatever they did not tell, or not in a form it can have, is nil.
public struct WifiStatus: Equatable, Sendable {
  /// `wpa_state`
  public var state = WifiState.unreachable
  /// Up to 32 bytes of anything.
  public var ssid: [UInt8]?
  /// `aa:bb:cc:dd:ee:ff`
  public var bssid: [UInt8]?
  /// MHz
  public var frequency: Int64?
  /// dBm
  public var signal: Int64?
  /// IPv4, dotted.
  public var address: [UInt8]?

  /// Of a supplicant that has told nothing.
  public init() {}

  /// Reads the answer to STATUS.
  public init(status: [UInt8]) {
    state = .unknown
    for line in SupplicantLines(status) {
      guard let pair = SupplicantPair(line) else { continue }
      if pair.key.equals("wpa_state") {
        state = WifiState(wpaState: pair.value)
      } else if pair.key.equals("ssid") {
        ssid = SupplicantValue.ssid(pair.value)
      } else if pair.key.equals("bssid") {
        bssid = SupplicantValue.bssid(pair.value)
      } else if pair.key.equals("freq") {
        frequency = SupplicantValue.frequency(pair.value)
      } else if pair.key.equals("ip_address") {
        address = SupplicantValue.address(pair.value)
      }
    }
  }

  mutating func take(signalPoll: [UInt8]) {
    for line in SupplicantLines(signalPoll) {
      guard let pair = SupplicantPair(line), pair.key.equals("RSSI") else { continue }
      signal = SupplicantValue.signal(pair.value)
    }
  }
}
