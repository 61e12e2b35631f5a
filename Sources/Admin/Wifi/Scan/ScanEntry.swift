/// One access point that a scan heard.
public struct ScanEntry: Equatable, Sendable {
  /// `aa:bb:cc:dd:ee:ff`
  public let bssid: [UInt8]
  /// MHz
  public let frequency: Int64
  /// In dBm; nil where the driver does not report it.
  public let signal: Int64?
  /// Up to 32 bytes of anything; empty for a hidden network.
  public let ssid: [UInt8]
  /// How the network protects what is sent in it.
  public let security: WifiSecurity

  /// MHz and dBm; the name is up to 32 bytes of anything.
  public init(bssid: [UInt8], frequency: Int64, signal: Int64?, ssid: [UInt8], security: WifiSecurity) {
    self.bssid = bssid
    self.frequency = frequency
    self.signal = signal
    self.ssid = ssid
    self.security = security
  }

  /// A line of SCAN_RESULTS: `bssid TAB frequency TAB signal TAB flags TAB ssid`.
  init?(line: ArraySlice<UInt8>) {
    let columns = line.split(separator: 0x09, maxSplits: 4, omittingEmptySubsequences: false)
    guard columns.count == 5,
      let bssid = SupplicantValue.bssid(columns[0]),
      let frequency = SupplicantValue.frequency(columns[1]),
      let ssid = SupplicantValue.ssid(columns[4])
    else { return nil }
    self.init(
      bssid: bssid, frequency: frequency, signal: SupplicantValue.signal(columns[2]), ssid: ssid,
      security: WifiSecurity(flags: columns[3]))
  }
}
