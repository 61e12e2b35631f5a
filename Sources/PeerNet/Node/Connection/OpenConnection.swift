import Sodium

/// What is kept about a connection while a trusted peer is let in.
///
/// How much of the peer was heard, how far it can be relied on and what becomes of it are three states that change apart
/// from each other: what was never heard may be suspect, and what is suspect may retire.
// The unchecked variables: see Node.
final class OpenConnection {
  /// How much of the peer was heard here.
  enum Hearing {
    /// Nothing yet: we have dialled, and were connected then.
    case nothing(connected: Instant)
    /// PeerNet/1, and the peer has shown that it speaks PeerNet/2: this one carries nothing while that one is dialled.
    case provisional(isAnswered: Bool)
    case heard
    /// The peer has answered a ping: frames have gone each way, and the peer knows it, too.
    case answered
  }

  /// How a dialler on PeerNet/1 begins (Protocol, Handshake). It cannot know whether the other side reads M3 together
  /// with what follows.
  enum Overture {
    /// Nothing was sent yet. The first ping leaves at this time, or as soon as something is heard.
    case silent(until: Instant)
    /// Nothing was heard yet. The ping is repeated at this time.
    case asking(next: Instant)
    /// Something was heard, or nothing for too long.
    case over
  }

  /// Whether the connection can be relied on.
  enum Standing {
    case reliable
    /// The peer was announced at another address and has not answered here since. It may have moved, or the announce may
    /// be forged.
    case doubted(Proof)
    /// Nothing was heard here for longer than it should take, or its interface lost its carrier.
    case suspect(Proof)

    var isReliable: Bool { if case .reliable = self { true } else { false } }
    var isSuspect: Bool { if case .suspect = self { true } else { false } }
  }

  /// What makes it reliable again. Only an answer shows that neither direction sleeps until TCP tries once more.
  enum Proof: Equatable {
    /// Being heard is enough.
    case none
    /// The answer to a ping that is sent once there is a carrier.
    case wanted
    /// The answer to this ping.
    case asked([UInt8])
  }

  /// What can become due, in the order in which it is done.
  enum Timer: CaseIterable {
    /// The watch over the peer has a question, or a verdict.
    case liveness
    /// The first ping on PeerNet/1 leaves, or is repeated.
    case overture
    /// An older duplicate has not answered.
    case contest
    /// A duplicate that lost has had its time.
    case retirement
    /// A call of ours is not waited for any longer.
    case call
  }

  /// What the input waits for.
  enum Wait {
    /// More bytes.
    case bytes
    /// The outputs to be carried out, one of which it requested.
    case outputs
    /// The next turn of its peer.
    case turn
    /// The peer to accept our output.
    case drain
  }

  let peer: PeerLinks
  @exclusivity(unchecked) private(set) var hearing: Hearing
  var overture: Overture
  @exclusivity(unchecked) private(set) var standing = Standing.reliable
  /// Since when it is suspect, or is not.
  private(set) var standingSince: Instant
  var course = Course.stays
  /// Our calls that wait for a reply here.
  @exclusivity(unchecked) var calls = OutstandingCalls()
  /// Pings the application asked for: nonce and when.
  var pings: [(nonce: [UInt8], sent: Instant)] = []
  /// The peer's calls that we have not answered, and how many bytes they take.
  @exclusivity(unchecked) var requests = 0
  @exclusivity(unchecked) var requestBytes = 0
  @exclusivity(unchecked) var wait = Wait.bytes
  /// Whether the transport was told to stop reading.
  @exclusivity(unchecked) var isHeldBack = false
  /// How many bytes the connection holds, as last counted by the node.
  @exclusivity(unchecked) var countedBytes = 0

  init(_ peer: PeerLinks, _ hearing: Hearing, _ overture: Overture = .over, now: Instant) {
    self.peer = peer
    self.hearing = hearing
    self.overture = overture
    standingSince = now
  }

  // MARK: Hearing

  var isUnheard: Bool { if case .nothing = hearing { true } else { false } }
  var isProvisional: Bool { if case .provisional = hearing { true } else { false } }

  var isAnswered: Bool {
    switch hearing {
    case .answered: true
    case .provisional(let isAnswered): isAnswered
    case .nothing, .heard: false
    }
  }

  /// It was heard, and stays.
  var isHeard: Bool {
    switch hearing {
    case .heard, .answered: !isLeaving
    case .nothing, .provisional: false
    }
  }

  /// Something authenticated of the peer's has come. As `evidence` of PeerNet/2 that is the first, nothing has been said
  /// here yet: that is kept so, the better wire is a moment away.
  func hear(evidence: Bool) {
    guard case .nothing = hearing else { return }
    hearing = evidence ? .provisional(isAnswered: false) : .heard
  }

  /// The better wire did not come up: this one serves.
  func release() {
    guard case .provisional(let isAnswered) = hearing else { return }
    hearing = isAnswered ? .answered : .heard
  }

  /// A ping was answered.
  func hearAnswer() {
    switch hearing {
    case .provisional: hearing = .provisional(isAnswered: true)
    case .nothing, .heard, .answered: hearing = .answered
    }
  }

  // MARK: Standing

  /// It may be dead. True when that is news.
  func suspect(now: Instant) -> Bool {
    switch standing {
    case .suspect: return false
    case .doubted(let proof): standing = .suspect(proof)
    case .reliable: standing = .suspect(.none)
    }
    standingSince = now
    return true
  }

  /// The peer may have moved. True when that is news.
  func doubt() -> Bool {
    guard case .reliable = standing else { return false }
    standing = .doubted(.none)
    return true
  }

  /// What a suspect or doubted connection has to show from now on.
  func demand(_ proof: Proof) {
    switch standing {
    case .suspect: standing = .suspect(proof)
    case .doubted: standing = .doubted(proof)
    case .reliable: break
    }
  }

  /// What it has to show; nil while it is reliable.
  var proof: Proof? {
    switch standing {
    case .suspect(let proof), .doubted(let proof): proof
    case .reliable: nil
    }
  }

  /// It was heard, which makes it reliable again where that is enough.
  ///
  /// - Returns: whether it was suspect; nil when nothing has changed.
  func relieve(now: Instant) -> Bool? {
    guard proof == Proof.none else { return nil }
    let wasSuspect = standing.isSuspect
    standing = .reliable
    if wasSuspect { standingSince = now }
    return wasSuspect
  }

  // MARK: Work

  /// Nothing is to become of it: there was no other connection beside it, or that one has lost.
  var stays: Bool { if case .stays = course { true } else { false } }

  /// Nothing is under way in either direction.
  var isIdle: Bool { calls.isEmpty && requests == 0 }

  // MARK: Time

  /// When a timer is due, with that of the watch over the peer; `.distantFuture` while it does not run.
  func due(_ timer: Timer, liveness: Instant) -> Instant {
    switch timer {
    case .liveness: return liveness
    case .overture:
      switch overture {
      case .silent(let due), .asking(let due): return due
      case .over: return .distantFuture
      }
    case .contest: if case .contested(let contest) = course { return contest.deadline }
    case .retirement: if let retirement { return retirement.deadline }
    case .call: return calls.deadline
    }
    return .distantFuture
  }

  /// When the first of them is due.
  func deadline(liveness: Instant) -> Instant {
    var first = Instant.distantFuture
    for timer in Timer.allCases { first = min(first, due(timer, liveness: liveness)) }
    return first
  }
}
