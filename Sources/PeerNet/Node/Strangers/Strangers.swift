import Sodium

/// What is kept about an incoming connection that has not proven a trusted key.
struct Stranger {
  /// How far the handshake is: no M1 yet, an M1 that waits for its answer, or an answered M1.
  enum Stage: Int {
    case silent = 1
    case asking, answered
  }

  /// Whether it has one of the places that are reserved for addresses at which a trusted key was proven.
  let isKnown: Bool
  /// How many connections came from its source lately, as `SourceCounts` reports.
  let conspicuity: Int
  var stage = Stage.silent

  /// How likely it belongs to a friend; the larger, the likelier.
  var likelihood: Int { (isKnown ? 64 : 32) - conspicuity }
}

/// Connections that have proven no trusted key yet: who keeps a place among them, and who is answered when.
///
/// A flood is told by its sources. Each one of them has come before, many times, and has proven nothing; a newcomer has
/// not, and a friend comes from where a trusted key was proven. What the flood can do is bounded in places, and in
/// handshakes, which are what costs the processor something.
struct Strangers {
  /// The oldest first.
  private(set) var connections: [Connection] = []
  /// What is known of all of them together.
  var flood: FloodGuard

  init(flood: FloodGuard) { self.flood = flood }

  // MARK: Places

  /// Takes a look at somebody who connects.
  mutating func meet(_ endpoint: Endpoint, _ limits: Limits, now: Instant) -> Stranger {
    let conspicuity = flood.arrived(from: endpoint, now: now)
    return Stranger(isKnown: isExpected(endpoint, limits), conspicuity: conspicuity)
  }

  /// Whether a connection may use the places that are reserved for known addresses: few for each address and never all,
  /// since others may share the address.
  private func isExpected(_ endpoint: Endpoint, _ limits: Limits) -> Bool {
    guard flood.knows(endpoint) else { return false }
    let address = endpoint.with(port: 0)
    var (known, ofAddress) = (0, 0)
    for connection in connections where connection.stranger?.isKnown ?? false {
      known += 1
      if connection.endpoint.with(port: 0) == address { ofAddress += 1 }
    }
    return known < limits.maximumHalfOpen / 2 && ofAddress < limits.maximumHalfOpenOfKnownAddress
  }

  /// Gives a new connection a place.
  ///
  /// - Returns: the connection that has to go for it, which is the least likely to prove a trusted key: the newcomer
  ///   itself if its source is the most conspicuous.
  mutating func add(_ newcomer: Connection, _ limits: Limits, now: Instant) -> Connection? {
    connections.append(newcomer)
    guard connections.count > limits.maximumHalfOpen else { return nil }
    var victim = newcomer
    var least = Int.max
    // Among equals the oldest goes.
    for connection in connections where connection !== newcomer {
      let prospects = prospects(of: connection, limits, now: now)
      if prospects < least { (victim, least) = (connection, prospects) }
    }
    if let itself = newcomer.stranger, let other = victim.stranger, itself.likelihood < other.likelihood {
      return newcomer
    }
    return victim
  }

  /// The larger, the better.
  private func prospects(of connection: Connection, _ limits: Limits, now: Instant) -> Int {
    guard let stranger = connection.stranger else { return 0 }
    // A connection that had enough time for a handshake over any usual link and did not complete it comes last among
    // equals.
    let stage = now - connection.started > limits.strangerPatience ? 0 : stranger.stage.rawValue
    return stranger.likelihood * 4 + stage
  }

  mutating func remove(_ connection: Connection) { connections.remove(connection) }

  // MARK: Answers

  /// Who is answered next.
  enum Answer {
    case now(Connection)
    case later(Instant)
    case nobody
  }

  /// Takes the next one whose M1 may be answered: likely friends first, then in the order in which they came.
  mutating func takeNext(now: Instant) -> Answer {
    guard let next = nextToAnswer, let isKnown = next.stranger?.isKnown else { return .nobody }
    guard flood.takeAnswer(isKnown: isKnown, now: now) else { return .later(flood.nextAnswer(isKnown: isKnown)) }
    next.advance(to: .answered)
    return .now(next)
  }

  private var nextToAnswer: Connection? {
    var best: Connection?
    var most = -1
    for connection in connections {
      guard let stranger = connection.stranger, stranger.stage == .asking, stranger.likelihood > most else { continue }
      (best, most) = (connection, stranger.likelihood)
    }
    return best
  }
}
