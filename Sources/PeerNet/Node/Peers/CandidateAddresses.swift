/// Where one peer may be dialled, best first: addresses at which it was proven (latest first), then what the operator
/// wrote, then what answered a question of ours, then what was announced unasked, in the order they came.
///
/// A hint comes from anyone. It never moves or evicts an address that is proven or the operator's, and a flood of
/// hints displaces only hints that failed or are old; but whoever answers knows our question, so that an answer always
/// finds the place of an announce. Everything is bounded; the pace of dials is the caller's.
struct CandidateAddresses: Sendable {
  /// How much an address is worth, best first.
  enum Standing: UInt8, Hashable, Sendable {
    /// The peer has proven itself there.
    case proven
    /// The operator wrote it down.
    case manual
    /// Somebody who heard our question answered so.
    case answer
    /// Anyone said so.
    case announce

    var isHint: Bool { self == .answer || self == .announce }
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
  /// How many answers that come late in a round are still dialled in it.
  static var maximumLateAnswers: Int { 4 }
  static var hintLifetime: TimeSpan { .seconds(60) }

  /// In dialling order within a standing; kept sorted by standing.
  private(set) var candidates: [Candidate] = []
  private var triesLeft = Self.maximumCount
  private var lateAnswersLeft = Self.maximumLateAnswers

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
      guard candidates[known].standing.isHint else { return }
      candidates.remove(at: known)
    }
    insert(Candidate(endpoint: endpoint, standing: .manual, lastSeen: now))
    trim(.manual, to: Self.maximumManual)
    makeRoom()
  }

  /// Somebody says that the peer is at this address: in an announce, or as the `answer` to a question of ours. False
  /// when nothing follows from that: the address was named a while ago already, it cannot be dialled, or there is no
  /// place for it.
  @discardableResult
  mutating func hint(_ endpoint: Endpoint, answer: Bool = false, now: Instant) -> Bool {
    guard endpoint.isDialable else { return false }
    if answer && promote(endpoint, now: now) { return true }
    if let known = candidates.firstIndex(where: { $0.endpoint == endpoint }) {
      defer { candidates[known].lastSeen = max(candidates[known].lastSeen, now) }
      return now - candidates[known].lastSeen > Self.hintLifetime
    }
    expire(now: now)
    if candidates.count >= Self.maximumCount {
      // The hint that failed most often gives way. A hint that was not tried yet stays, unless it is an announce and
      // the new one is an answer.
      guard let worst = worst(.announce) ?? (answer ? worst(.answer) : nil),
        candidates[worst].failures > 0 || (answer && candidates[worst].standing == .announce)
      else { return false }
      candidates.remove(at: worst)
    }
    insert(Candidate(endpoint: endpoint, standing: answer ? .answer : .announce, lastSeen: now))
    return true
  }

  /// An address that was announced becomes an answer. True when it was not tried yet.
  private mutating func promote(_ endpoint: Endpoint, now: Instant) -> Bool {
    guard let known = candidates.firstIndex(where: { $0.endpoint == endpoint && $0.standing == .announce }) else {
      return false
    }
    var candidate = candidates.remove(at: known)
    candidate.standing = .answer
    candidate.lastSeen = now
    insert(candidate)
    return !candidate.tried
  }

  /// The candidate of this standing that failed most often; the last of several.
  private func worst(_ standing: Standing) -> Int? {
    candidates.indices.filter { candidates[$0].standing == standing }
      .max { candidates[$0].failures < candidates[$1].failures }
  }

  /// Drops the address, whatever its standing.
  mutating func forget(_ endpoint: Endpoint) { candidates.removeAll { $0.endpoint == endpoint } }

  /// Drops hints that nobody repeated for a while.
  mutating func expire(now: Instant) {
    candidates.removeAll { $0.standing.isHint && now - $0.lastSeen > Self.hintLifetime }
  }

  // MARK: Dialling, in rounds

  /// Starts a round: every address is worth a try again.
  mutating func beginRound() {
    for index in candidates.indices { candidates[index].tried = false }
    triesLeft = Self.maximumCount
    lateAnswersLeft = Self.maximumLateAnswers
  }

  /// The best address that was not tried in this round, or nil: the round is over. Hints that arrive meanwhile join
  /// it, but cannot prolong it beyond the bound and so keep the proven addresses from their next turn. Ports of the
  /// `host` that may be dead come last.
  mutating func next(otherThan host: Endpoint? = nil) -> Endpoint? {
    let left = candidates.indices.filter { mayTry(candidates[$0]) }
    let elsewhere = left.first { candidates[$0].endpoint.with(port: 0) != host?.with(port: 0) }
    guard let index = elsewhere ?? left.first else { return nil }
    candidates[index].tried = true
    if triesLeft > 0 { triesLeft -= 1 } else { lateAnswersLeft -= 1 }
    return candidates[index].endpoint
  }

  /// Whether there is such an address.
  var hasNext: Bool { candidates.contains { mayTry($0) } }

  private func mayTry(_ candidate: Candidate) -> Bool {
    !candidate.tried && (triesLeft > 0 || (lateAnswersLeft > 0 && candidate.standing == .answer))
  }

  /// A dial failed, or another key answered. A hint goes behind the others of its standing.
  mutating func fail(_ endpoint: Endpoint) {
    guard let index = candidates.firstIndex(where: { $0.endpoint == endpoint }) else { return }
    var candidate = candidates.remove(at: index)
    if candidate.failures < .max { candidate.failures += 1 }
    guard candidate.standing.isHint else { return candidates.insert(candidate, at: index) }
    let place = candidates.firstIndex { $0.standing.rawValue > candidate.standing.rawValue }
    candidates.insert(candidate, at: place ?? candidates.count)
  }

  /// Behind the others of its standing; a hint before those that failed.
  private mutating func insert(_ candidate: Candidate) {
    let place = candidates.firstIndex {
      $0.standing.rawValue > candidate.standing.rawValue
        || ($0.standing == candidate.standing && $0.failures > 0 && candidate.standing.isHint)
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
