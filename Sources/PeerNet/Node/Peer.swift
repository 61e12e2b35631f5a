import Sodium

/// One trusted peer: its line, its addresses and its connections.
final class Peer {
  var entry: TrustEntry
  var candidates: CandidateAddresses
  /// The peer has proven that it speaks PeerNet/2. Only the operator lowers this.
  var hasProvenWireTwo: Bool
  /// Established connections, oldest first.
  var sessions: [ConnectionID] = []
  /// Dials that are not established yet.
  var attempts: [ConnectionID] = []
  /// A round of dials through the candidate addresses is under way.
  var isInRound = false
  /// When the next address of the round is tried beside the attempt under way.
  var nextOfRound = Instant.zero
  /// How many dials of the round may go once more to an address that has not answered yet.
  var repeats = 0
  var redial: Redial
  /// Whether the application asked for a connection, or for none; nil while it said nothing.
  var isWanted: Bool?
  /// No other upgrade to PeerNet/2 before this, however often the peer shows that it speaks it.
  var nextUpgrade = Instant.zero
  /// What the application was told last.
  var isConnected = false
  var connectedSince: Instant?
  /// How much of its turn the peer has used, and in which turn.
  var turn: UInt64 = 0
  var spent = 0
  var lastClose: CloseReason?
  var lastClosed: Instant?

  init(entry: TrustEntry, candidates: CandidateAddresses, hasProvenWireTwo: Bool, now: Instant) {
    self.entry = entry
    self.candidates = candidates
    self.hasProvenWireTwo = hasProvenWireTwo
    redial = Redial(now: now)
  }

  var key: PublicKey { entry.key }

  /// Which wire a dial speaks: the operator's word, else the evidence, else the one that every peer understands.
  var wire: Wire { entry.wire ?? (hasProvenWireTwo ? .two : .one) }

  /// Whether a ping may show that we are ours: not where the operator pinned the older wire.
  var mayUpgrade: Bool { entry.wire != .one }
}
