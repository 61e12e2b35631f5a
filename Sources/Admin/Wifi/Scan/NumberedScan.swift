import Basics

/// Reads the list of access points by number (`BSS RANGE=`), a part in each reply, when SCAN_RESULTS cannot hold all of it.
struct NumberedScan: Sendable {
  /// No entry is longer than this many bytes. The supplicant skips an entry that does not fit into the reply and continues with
  /// shorter ones, so an entry that begins with less room behind it may follow a skipped one.
  private static let room = 768
  private static let replySize = 4096
  /// The supplicant's own bound is 200 access points unless it is configured otherwise, and a reply tells ten at least.
  private static let mostReplies = 32

  private(set) var list = ScanList()
  private var next: UInt32 = 0
  private var replies = 0

  var command: SupplicantCommand { .bss(from: next) }

  /// Reads a reply. Returns whether the list is complete; if not, the next ``command`` asks for the rest.
  mutating func take(_ reply: [UInt8]) -> Bool {
    replies += 1
    let before = next
    var entry = Entry()
    var isCertain = true
    for line in SupplicantLines(reply) {
      if entry.isEmpty { isCertain = line.startIndex <= NumberedScan.replySize - NumberedScan.room }
      guard line.hasPrefix("====") || line.hasPrefix("####") else {
        entry.take(line)
        continue
      }
      if isCertain, let number = entry.number, number >= next, number < UInt32.max {
        next = number + 1
        if let found = entry.scanEntry { list.insert(found) }
      }
      entry = Entry()
    }
    guard reply.count > NumberedScan.replySize - NumberedScan.room else { return true }
    guard next > before, replies < NumberedScan.mostReplies else {
      list.isCutOff = true
      return true
    }
    return false
  }

  /// One access point, as far as its lines have been read.
  private struct Entry {
    var isEmpty = true
    var number: UInt32?
    private var bssid: [UInt8]?
    private var frequency: Int64?
    private var signal: Int64?
    private var ssid: [UInt8]?
    private var security = WifiSecurity.open

    mutating func take(_ line: ArraySlice<UInt8>) {
      isEmpty = false
      guard let pair = SupplicantPair(line) else { return }
      if pair.key.equals("id") {
        number = pair.value.signedDecimal.flatMap { UInt32(exactly: $0) }
      } else if pair.key.equals("bssid") {
        bssid = SupplicantValue.bssid(pair.value)
      } else if pair.key.equals("freq") {
        frequency = SupplicantValue.frequency(pair.value)
      } else if pair.key.equals("level") {
        signal = SupplicantValue.signal(pair.value)
      } else if pair.key.equals("flags") {
        security = WifiSecurity(flags: pair.value)
      } else if pair.key.equals("ssid") {
        ssid = SupplicantValue.ssid(pair.value)
      }
    }

    var scanEntry: ScanEntry? {
      guard let bssid, let frequency, let ssid else { return nil }
      return ScanEntry(bssid: bssid, frequency: frequency, signal: signal, ssid: ssid, security: security)
    }
  }
}
