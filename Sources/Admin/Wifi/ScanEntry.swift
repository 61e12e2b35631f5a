/// One access point that a scan heard.
public struct ScanEntry: Equatable, Sendable {
  /// `aa:bb:cc:dd:ee:ff`
  public let bssid: [UInt8]
  /// MHz
  public let frequency: Int64
  /// dBm
  public let signal: Int64?
  /// Up to 32 bytes of anything; empty for a hidden network.
  public let ssid: [UInt8]
  /// Whether it asks for a key.
  public let secured: Bool

  /// No answer lists more.
  public static let maximum = 64

  /// MHz and dBm; the name is up to 32 bytes of anything.
  public init(bssid: [UInt8], frequency: Int64, signal: Int64?, ssid: [UInt8], secured: Bool) {
    self.bssid = bssid
    self.frequency = frequency
    self.signal = signal
    self.ssid = ssid
    self.secured = secured
  }

  /// A line of SCAN_RESULTS: `bssid TAB frequency TAB signal TAB flags TAB ssid`.
  init?(line: ArraySlice<UInt8>) {
    let columns = line.split(separator: 0x09, maxSplits: 4, omittingEmptySubsequences: false)
    guard columns.count == 5,
      let bssid = SupplicantValue.bssid(columns[0]),
      let frequency = SupplicantValue.frequency(columns[1]),
      let signal = SupplicantValue.signal(columns[2]),
      let ssid = SupplicantValue.ssid(columns[4])
    else { return nil }
    self.init(
      bssid: bssid, frequency: frequency, signal: signal, ssid: ssid, secured: ScanEntry.asksForKey(flags: columns[3]))
  }

  /// The strongest first, equals in the supplicant's order, at most ``maximum``; lines that are no access point are left out.
  public static func list(scanResults: [UInt8]) -> [ScanEntry] {
    var entries: [ScanEntry] = []
    for line in SupplicantLines(scanResults) {
      if let entry = ScanEntry(line: line) { entry.insert(into: &entries) }
    }
    return entries
  }

  /// Puts it where it belongs, behind its equals; one whose signal is not known comes first.
  func insert(into entries: inout [ScanEntry]) {
    let place = entries.firstIndex { $0.signal ?? 0 < signal ?? 0 } ?? entries.count
    guard place < ScanEntry.maximum else { return }
    if entries.count == ScanEntry.maximum { entries.removeLast() }
    entries.insert(self, at: place)
  }

  private static func asksForKey(flags: ArraySlice<UInt8>) -> Bool {
    flags.parts(by: 0x5b).contains { $0.hasPrefix("WPA") || $0.hasPrefix("RSN") || $0.hasPrefix("WEP") }
  }
}
