/// Where one peer may be dialled, best first: addresses at which it was proven (latest first), then what the operator
/// wrote, then hints in the order they came.
///
/// A hint comes from anyone. It never moves or evicts an address that is proven or the operator's, and a flood of
/// hints displaces only hints that failed or are old. Everything is bounded; the pace of dials is the caller's.
struct CandidateAddresses: Sendable {
  /// How much an address is worth, best first.
  enum Standing: UInt8, Hashable, Sendable {
    /// The peer has proven itself there.
    case proven
    /// The operator wrote it down.
    case manual
    /// Anyone said so.
    case hint
  }

  struct Candidate: Hashable, Sendable {
    let endpoint: Endpoint
    var standing: Standing
    var failures: UInt8 = 0
    var lastSeen: Instant
    var tried = false
  }

  // Implementation limits. What remains for hints is never less than two places.
  /// Of all standings together.
  static var maximumCount: Int { 8 }
  static var maximumProven: Int { PeerMemory.maximumAddresses }
  static var maximumManual: Int { 2 }
  static var hintLifetime: Duration { .seconds(60) }

  /// In dialling order within a standing; kept sorted by standing.
  private(set) var candidates: [Candidate] = []
  private var triesLeft = Self.maximumCount

  /// Starts with the addresses that were remembered, best first.
  init(remembered: [Endpoint] = [], now: Instant) {
    for endpoint in remembered.prefix(Self.maximumProven).reversed() { prove(endpoint, now: now) }
  }

  /// No address is known: there is nothing to dial.
  var isEmpty: Bool { candidates.isEmpty }
  /// All addresses, best standing first.
  var endpoints: [Endpoint] { candidates.map { $0.endpoint } }
  /// The addresses at which the peer has proven itself, the latest first: what is worth remembering.
  var proven: [Endpoint] { candidates.filter { $0.standing == .proven }.map { $0.endpoint } }

  /// What the address is worth; nil when it is not known.
  func standing(of endpoint: Endpoint) -> Standing? {
    candidates.first { $0.endpoint == endpoint }?.standing
  }

  /// The peer proved its key at this address: it moves to the front. The oldest proven address beyond the bound goes.
  mutating func prove(_ endpoint: Endpoint, now: Instant) {
    candidates.removeAll { $0.endpoint == endpoint }
    candidates.insert(Candidate(endpoint: endpoint, standing: .proven, lastSeen: now), at: 0)
    trim(.proven, to: Self.maximumProven)
    makeRoom()
  }

  /// The operator wrote this address down.
  mutating func pin(_ endpoint: Endpoint, now: Instant) {
    if let known = candidates.firstIndex(where: { $0.endpoint == endpoint }) {
      guard candidates[known].standing == .hint else { return }
      candidates.remove(at: known)
    }
    insert(Candidate(endpoint: endpoint, standing: .manual, lastSeen: now))
    trim(.manual, to: Self.maximumManual)
    makeRoom()
  }

  /// Somebody says that the peer is here. False when that is no news: it was said a while ago, too, the address cannot be
  /// dialled, or there is no place for it.
  @discardableResult
  mutating func hint(_ endpoint: Endpoint, now: Instant) -> Bool {
    guard endpoint.isDialable else { return false }
    if let known = candidates.firstIndex(where: { $0.endpoint == endpoint }) {
      defer { candidates[known].lastSeen = max(candidates[known].lastSeen, now) }
      return now - candidates[known].lastSeen > Self.hintLifetime
    }
    expire(now: now)
    if candidates.count >= Self.maximumCount {
      // The hint that failed most often makes place; one that was not tried yet keeps it.
      let worst = candidates.indices.filter { candidates[$0].standing == .hint }
        .max { candidates[$0].failures < candidates[$1].failures }
      guard let worst, candidates[worst].failures > 0 else { return false }
      candidates.remove(at: worst)
    }
    insert(Candidate(endpoint: endpoint, standing: .hint, lastSeen: now))
    return true
  }

  /// Drops the address, whatever its standing.
  mutating func forget(_ endpoint: Endpoint) { candidates.removeAll { $0.endpoint == endpoint } }

  /// Drops hints that nobody repeated for a while.
  mutating func expire(now: Instant) {
    candidates.removeAll { $0.standing == .hint && now - $0.lastSeen > Self.hintLifetime }
  }

  // MARK: Dialling, in rounds

  /// Starts a round: every address is worth a try again.
  mutating func beginRound() {
    for index in candidates.indices { candidates[index].tried = false }
    triesLeft = Self.maximumCount
  }

  /// The best address that was not tried in this round, or nil: the round is over. Hints that arrive meanwhile join
  /// it, but cannot prolong it beyond the bound and so keep the proven addresses from their next turn. Ports of the
  /// `host` that may be dead come last.
  mutating func next(otherThan host: Endpoint? = nil) -> Endpoint? {
    let elsewhere = candidates.firstIndex { !$0.tried && $0.endpoint.with(port: 0) != host?.with(port: 0) }
    guard triesLeft > 0, let index = elsewhere ?? candidates.firstIndex(where: { !$0.tried }) else { return nil }
    candidates[index].tried = true
    triesLeft -= 1
    return candidates[index].endpoint
  }

  /// A dial failed, or another key answered. A hint goes behind the other hints.
  mutating func fail(_ endpoint: Endpoint) {
    guard let index = candidates.firstIndex(where: { $0.endpoint == endpoint }) else { return }
    var candidate = candidates.remove(at: index)
    if candidate.failures < .max { candidate.failures += 1 }
    if candidate.standing == .hint { candidates.append(candidate) } else { candidates.insert(candidate, at: index) }
  }

  /// Behind the others of its standing; a hint before those that failed.
  private mutating func insert(_ candidate: Candidate) {
    let place = candidates.firstIndex {
      $0.standing.rawValue > candidate.standing.rawValue
        || ($0.standing == candidate.standing && $0.failures > 0 && candidate.standing == .hint)
    }
    candidates.insert(candidate, at: place ?? candidates.count)
  }

  private mutating func trim(_ standing: Standing, to count: Int) {
    var seen = 0
    candidates.removeAll { candidate in
      guard candidate.standing == standing else { return false }
      seen += 1
      return seen > count
    }
  }

  /// Proven and manual addresses are fewer than the bound, so that the last is a hint whenever there are too many.
  private mutating func makeRoom() {
    while candidates.count > Self.maximumCount { candidates.removeLast() }
  }
}
