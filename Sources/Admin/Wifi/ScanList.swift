/// The access points that a scan heard, the strongest first; as many as an answer holds.
public struct ScanList: Equatable, Sendable {
  /// No answer lists more.
  public static let maximum = 64
  /// A reply of the supplicant ends at 4 KiB, with the last line that fits whole. The longest is a name of 32 bytes, each
  /// written as four, behind the flags of an access point that offers everything.
  static let fullReply = 4096 - 384

  /// Equals in the order in which they were told.
  public private(set) var entries: [ScanEntry] = []
  /// There are more than are listed, or may be.
  public internal(set) var isCutOff = false

  /// None yet.
  public init() {}

  /// Reads SCAN_RESULTS; lines that are no access point are left out.
  public init(scanResults: [UInt8]) {
    for line in SupplicantLines(scanResults) {
      if let entry = ScanEntry(line: line) { insert(entry) }
    }
    if scanResults.count > ScanList.fullReply { isCutOff = true }
  }

  /// Puts it where it belongs, behind its equals; one whose signal is not known comes first.
  public mutating func insert(_ entry: ScanEntry) {
    let place = entries.firstIndex { $0.signal ?? 0 < entry.signal ?? 0 } ?? entries.count
    if entries.count == ScanList.maximum {
      isCutOff = true
      guard place < entries.count else { return }
      entries.removeLast()
    }
    entries.insert(entry, at: place)
  }
}
