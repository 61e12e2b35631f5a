import Sodium

/// Tells connections of likely friends from a flood before they have proven a key, and bounds how many handshakes are
/// answered.
struct FloodGuard {
  private struct Acquaintance {
    let key: PublicKey
    let address: Endpoint
  }

  // Implementation limits.
  private static let maximumAcquaintances = 256
  private static let maximumAddressesOfKey = 4

  private var counts: SourceCounts
  /// Tokens for answers to M1s. The token is returned when the connection proves a trusted key.
  private var answers: TokenBucket
  /// How many of the tokens are reserved for known addresses.
  private let reserve: Int64
  /// Addresses at which a trusted key was proven, the latest first.
  private var acquaintances: [Acquaintance] = []

  init(limits: Limits, random: inout RandomStream, now: Instant) {
    counts = SourceCounts(random: &random, now: now)
    answers = TokenBucket(interval: limits.answerSpacing, burst: limits.answerBurst)
    reserve = limits.answerBurst / 2
  }

  // MARK: Addresses

  /// Notes that a trusted key was proven at this address.
  mutating func note(_ endpoint: Endpoint, of key: PublicKey) {
    let address = endpoint.with(port: 0)
    var others = 0
    acquaintances.removeAll {
      guard $0.key == key else { return false }
      if $0.address == address { return true }
      others += 1
      return others >= Self.maximumAddressesOfKey
    }
    acquaintances.insert(Acquaintance(key: key, address: address), at: 0)
    if acquaintances.count > Self.maximumAcquaintances { acquaintances.removeLast() }
  }

  /// Forgets the addresses of a key that is no longer trusted.
  mutating func forget(_ key: PublicKey) { acquaintances.removeAll { $0.key == key } }

  func knows(_ endpoint: Endpoint) -> Bool {
    let address = endpoint.with(port: 0)
    return acquaintances.contains { $0.address == address }
  }

  // MARK: Connections

  /// Counts a new connection.
  ///
  /// - Returns: how conspicuous the source is; see ``SourceCounts/add(_:now:)``.
  mutating func arrived(from endpoint: Endpoint, now: Instant) -> Int { counts.add(endpoint, now: now) }

  /// Whether an M1 may be answered now. That counts until `proved` is called for the connection.
  mutating func takeAnswer(isKnown: Bool, now: Instant) -> Bool { answers.take(leaving: reserve(isKnown), now: now) }

  /// When the next M1 may be answered.
  func nextAnswer(isKnown: Bool) -> Instant { answers.next(leaving: reserve(isKnown)) }

  /// A connection whose M1 was answered has proven a trusted key, so it was not part of a flood: its token is returned.
  mutating func proved(_ endpoint: Endpoint, _ key: PublicKey) {
    counts.takeBack(endpoint)
    answers.giveBack()
    note(endpoint, of: key)
  }

  private func reserve(_ isKnown: Bool) -> Int64 { isKnown ? 0 : reserve }
}
