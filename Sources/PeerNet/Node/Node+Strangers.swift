import Sodium

// Connections that have proven no trusted key yet: who keeps a place among them, and who is answered when.
//
// A flood is told by its sources. Each one of them has come before, many times, and has proven nothing; a newcomer has
// not, and a friend comes from where a trusted key was proven. What the flood can do is bounded in places, and in
// handshakes, which are what costs the processor something.
extension Node {
  /// Gives a new connection a place, if necessary that of a connection which is less likely a friend's.
  func admitStranger(_ session: Session, now: Instant) {
    let conspicuity = flood.arrived(from: session.endpoint, now: now)
    session.ledger.stranger = SessionLedger.Stranger(
      isKnown: isExpected(session.endpoint), conspicuity: conspicuity)
    strangers.append(session)
    if strangers.count > limits.maximumHalfOpen { evict(besides: session, now: now) }
  }

  /// Whether a connection may use the places that are reserved for known addresses: few for each address and never all,
  /// since others may share the address.
  private func isExpected(_ endpoint: Endpoint) -> Bool {
    guard flood.knows(endpoint) else { return false }
    let address = endpoint.with(port: 0)
    var (known, ofAddress) = (0, 0)
    for session in strangers where session.ledger.stranger?.isKnown ?? false {
      known += 1
      if session.endpoint.with(port: 0) == address { ofAddress += 1 }
    }
    return known < limits.maximumHalfOpen / 2 && ofAddress < limits.maximumHalfOpenOfKnownAddress
  }

  /// Ends the connection that is the least likely to prove a trusted key: the newcomer itself if its source is the most
  /// conspicuous.
  private func evict(besides newcomer: Session, now: Instant) {
    var victim = newcomer
    var least = Int.max
    // Among equals the oldest goes.
    for session in strangers where session !== newcomer {
      let prospects = prospects(of: session, now: now)
      if prospects < least { (victim, least) = (session, prospects) }
    }
    if let itself = newcomer.ledger.stranger, let other = victim.ledger.stranger, itself.likelihood < other.likelihood {
      victim = newcomer
    }
    close(victim, .evicted, now: now)
  }

  /// The larger, the better.
  private func prospects(of session: Session, now: Instant) -> Int {
    guard let stranger = session.ledger.stranger else { return 0 }
    // A connection that had enough time for a handshake over any usual link and did not complete it comes last among
    // equals.
    let stage = now - session.started > limits.strangerPatience ? 0 : stranger.stage.rawValue
    return stranger.likelihood * 4 + stage
  }

  /// A connection without a proven key has sent bytes. Its M1 is answered as soon as the guard allows it.
  ///
  /// - Returns: false when the bytes are to be read now.
  func holdsBack(_ session: Session, now: Instant) -> Bool {
    guard let stage = session.ledger.stranger?.stage, stage != .answered else { return false }
    switch session.opening {
    case .none: return false
    case .malformed: close(session, .session(.peerFailedHandshake), now: now)
    case .m1:
      session.ledger.stranger?.stage = .asking
      answerStrangers(now: now)
    }
    return true
  }

  /// Answers waiting M1s, as many as are allowed now: those of likely friends first, then in the order in which they
  /// came.
  func answerStrangers(now: Instant) {
    while let next = nextToAnswer, let isKnown = next.ledger.stranger?.isKnown {
      guard flood.takeAnswer(isKnown: isKnown, now: now) else {
        earliest = min(earliest, flood.nextAnswer(isKnown: isKnown))
        return
      }
      next.ledger.stranger?.stage = .answered
      process(next, now: now)
    }
  }

  private var nextToAnswer: Session? {
    var best: Session?
    var most = -1
    for session in strangers {
      guard let stranger = session.ledger.stranger, stranger.stage == .asking, stranger.likelihood > most else {
        continue
      }
      (best, most) = (session, stranger.likelihood)
    }
    return best
  }
}
