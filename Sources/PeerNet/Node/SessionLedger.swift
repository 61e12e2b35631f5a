import Sodium

/// What the node keeps about one connection besides its protocol.
struct SessionLedger {
  struct PendingCall {
    let deadline: Instant
    /// Its place among the envelopes of its connection.
    let position: UInt64
  }

  /// A duplicate that should win must answer this ping, else its rival stays (Protocol, One connection).
  struct Probe {
    let nonce: [UInt8]
    let deadline: Instant
    let rival: ConnectionID
  }

  /// A duplicate that lost: goes once the winner has carried a frame each way and nothing is left on this one.
  struct Retirement {
    let winner: ConnectionID
    let deadline: Instant
    /// On PeerNet/1, which has no word for it: the ping whose answer comes behind the last call that the peer made here.
    var lastPing: [UInt8]?
    var isLastPingAnswered = false
  }

  /// What is kept about an incoming connection that has not proven a trusted key (see `Node.admitStranger`).
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

  /// How a dialler on PeerNet/1 begins (Protocol, Handshake). It cannot know whether the other side reads M3 together
  /// with what follows.
  enum Overture {
    /// Nothing was sent yet. The first ping leaves at this time, or as soon as something is heard.
    case silent(until: Instant)
    /// Nothing was heard yet. The ping is repeated at this time.
    case asking(next: Instant)

    var due: Instant {
      switch self {
      case .silent(let due), .asking(let due): due
      }
    }

    var isSilent: Bool { if case .silent = self { true } else { false } }
  }

  /// Who has said `superseded`. Whoever hears it closes.
  enum Farewell {
    case said, heard
  }

  /// What the session's input waits for.
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

  var wait = Wait.bytes
  /// Whether the transport was told to stop reading.
  var isHeldBack = false
  /// How many bytes the session holds, as last counted by the node.
  var heldBytes = 0
  /// How many bytes the peer's unanswered calls take.
  var requestBytes = 0
  /// Not closed yet.
  var isOpen = true
  /// Stands in the node's list of sessions that may have bytes to write.
  var isDirty = false
  /// Nil for a dial, and once the connection has proven a trusted key.
  var stranger: Stranger?
  /// The key that an initiator means to reach.
  var expected: PublicKey?
  /// When the transport reported the connection.
  var connectedAt: Instant?
  /// The peer's trust was checked and it may be spoken to.
  var isAdmitted = false
  /// An authenticated message of the peer's has come over this connection.
  var isConfirmed = false
  /// The peer has answered a ping here: frames have gone each way, and the peer knows, too.
  var isProvenBothWays = false
  /// PeerNet/1 to a peer that showed it is ours: carries nothing while the better wire is dialled.
  var isProvisional = false
  /// An attempt on PeerNet/2 that follows such evidence.
  var isUpgrade = false
  /// Nothing was heard here for longer than it should take.
  var isSuspect = false
  /// Since when that is so, or is not any more.
  var suspectChanged: Instant?
  /// The peer was announced at another address and has not answered here since. It may have moved, or the announce may
  /// be forged.
  var isDoubted = false
  /// Whether the connection is neither suspect nor doubted.
  var isReliable: Bool { !isSuspect && !isDoubted }
  /// The connection's interface lost its carrier, or the peer may have moved: the ping that has to be answered since then,
  /// empty until there is a carrier to send it. Only this shows that neither direction sleeps until TCP tries once more.
  var pathProof: [UInt8]?
  /// What a dialler on PeerNet/1 does until it hears something.
  var overture: Overture?
  var probe: Probe?
  var retirement: Retirement?
  /// Either side has said that another connection takes this one's place: what is under way is brought to its end.
  var farewell: Farewell?
  /// Our calls that wait for a reply here.
  var calls: [UInt64: PendingCall] = [:]
  /// No call's deadline is earlier.
  var earliestCallDeadline: Instant?
  /// The peer's calls that we have not answered.
  var requests = 0
  /// Pings the application asked for: nonce and when.
  var pings: [(nonce: [UInt8], sent: Instant)] = []
}

extension Session {
  /// The application may be told that the peer is connected: it was heard here, and stays.
  var isHeard: Bool {
    ledger.isAdmitted && ledger.isOpen && ledger.isConfirmed && !ledger.isProvisional && ledger.farewell == nil
  }

  /// Calls may take this connection: right behind M3 on PeerNet/2, but on PeerNet/1 only after the peer was heard
  /// (Protocol, PeerNet/1 handshake).
  var isUsable: Bool {
    isHeard || (wire == .two && ledger.isAdmitted && ledger.isOpen && ledger.farewell == nil)
  }

  /// Whether a peer that closes now has most likely refused us. On PeerNet/2 it says so; on PeerNet/1 it closes when it
  /// has our M3. Whoever waits for the handshake's deadline with that has not had it.
  func isTurnedAway(now: Instant, limits: Limits) -> Bool {
    guard role == .initiator, wire == .one, isEstablished, !ledger.isConfirmed else { return false }
    return now - (ledger.connectedAt ?? started) < limits.handshakeDeadline * 4 / 5
  }

  /// Nothing is under way here in either direction.
  var isIdle: Bool { ledger.calls.isEmpty && ledger.requests == 0 && queuedBytes == 0 }
}
