/// The access points that a scan heard, the strongest first, as many as an answer may hold.
public struct ScanList: Equatable, Sendable {
  /// The most networks in one answer.
  public static let maximum = 64
  /// A reply of the supplicant ends at 4 KiB, with the last line that fits whole. The longest is a name of 32 bytes, each
  /// written as four, behind the flags of an access point that offers everything.
  static let fullReply = 4096 - 384

  /// The strongest first; access points of equal strength in the order in which they were reported.
  public private(set) var entries: [ScanEntry] = []
  /// Whether there are, or may be, more access points than are listed.
  public internal(set) var isCutOff = false

  /// An empty list.
  public init() {}

  /// Reads SCAN_RESULTS; lines that are not about an access point are skipped.
  public init(scanResults: [UInt8]) {
    for line in SupplicantLines(scanResults) {
      if let entry = ScanEntry(line: line) { insert(entry) }
    }
    if scanResults.count > ScanList.fullReply { isCutOff = true }
  }

  /// Inserts an access point behind those that are at least as strong. One of unknown strength comes first.
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
