import Sodium

/// How many connections came from each source lately. A source is an IPv4 address or the /64 prefix of an IPv6 address:
/// who has one address of a prefix usually has all of them.
///
/// It is a count-min sketch: an attacker chooses the number of addresses, and 8 KiB hold the counts of any number of
/// them. A count may be too high when sources share places in the sketch, but is never too low.
struct SourceCounts {
  private static let rows = 4
  private static let width = 1_024
  /// Counts halve this often.
  private static let halfLife = TimeSpan.seconds(8)

  private var counts = [UInt16](repeating: 0, count: rows * width)
  /// Random, so that an attacker cannot choose addresses that share the places of a certain source.
  private let keys: [UInt64]
  private var nextHalving: Instant

  init(random: inout RandomStream, now: Instant) {
    keys = (0..<Self.rows).map { _ in random.next() }
    nextHalving = now + Self.halfLife
  }

  /// Counts one connection.
  ///
  /// - Returns: how conspicuous its source is: 0 up to three connections, one more each time that the number doubles.
  mutating func add(_ endpoint: Endpoint, now: Instant) -> Int {
    halve(now: now)
    var count = UInt16.max
    for row in 0..<Self.rows {
      let place = place(of: endpoint, row)
      if counts[place] < .max { counts[place] += 1 }
      count = min(count, counts[place])
    }
    return UInt16.bitWidth - (count >> 2).leadingZeroBitCount
  }

  /// A connection that was counted has proven a trusted key.
  mutating func takeBack(_ endpoint: Endpoint) {
    for row in 0..<Self.rows {
      let place = place(of: endpoint, row)
      if counts[place] > 0 { counts[place] -= 1 }
    }
  }

  private mutating func halve(now: Instant) {
    guard now >= nextHalving else { return }
    let times = min((now - nextHalving).nanoseconds / Self.halfLife.nanoseconds + 1, 16)
    for index in counts.indices { counts[index] >>= UInt16(times) }
    nextHalving = now + Self.halfLife
  }

  private func place(of endpoint: Endpoint, _ row: Int) -> Int {
    // The finish of SplitMix64.
    var hash = (endpoint.ipv4.map { UInt64($0) } ?? endpoint.high) ^ keys[row]
    hash = (hash ^ hash >> 30) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ hash >> 27) &* 0x94d0_49bb_1331_11eb
    return row * Self.width + Int(truncatingIfNeeded: (hash ^ hash >> 31) & UInt64(Self.width - 1))
  }
}
