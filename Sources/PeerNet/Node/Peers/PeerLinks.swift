import Sodium

/// One trusted peer: its line of the trust list, its addresses, its connections and the dials for one.
///
/// It decides what is to be dialled, which connection serves and which of two goes. The node carries that out.
final class PeerLinks {
  /// What the application wants of the peer.
  enum Wish {
    case unsaid
    case connection
    case none
  }

  /// Which peers are dialled at all.
  enum Policy {
    /// The node stops.
    case none
    /// Those that the application asked for.
    case wanted
    /// All but those that the application wants none of.
    case all
  }

  /// A round of dials through all addresses.
  struct Round {
    /// When the next address is tried beside the attempt under way.
    var next = Instant.zero
    /// How many dials may go once more to an address that has not answered yet.
    var repeats: Int
  }

  var entry: TrustEntry
  var candidates: CandidateAddresses
  var redial: Redial
  var wish = Wish.unsaid
  /// The newest wire that the peer has proven to speak. Only the operator lowers it.
  var provenWire: Wire
  /// Connections on which it was let in, oldest first.
  private(set) var connections: [Connection] = []
  /// Dials that have not come to that yet.
  private(set) var attempts: [Connection] = []
  private(set) var round: Round?
  /// No other upgrade to PeerNet/2 before this, however often the peer shows that it speaks it.
  private var nextUpgrade = Instant.zero
  /// Since when it is connected, as the application was told last; nil while it is not.
  private(set) var connectedSince: Instant?
  /// Why the last connection, or the last attempt at one, ended, and when.
  private(set) var lastEnd: (reason: CloseReason, at: Instant)?
  /// How much of its turn the peer has used, and in which turn.
  private var spent = (turn: UInt64(0), bytes: 0)
  /// Its row in the node's table: when it is dialled next.
  let timer: Timers.Row

  init(_ entry: TrustEntry, _ remembered: PeerMemory.Peer?, timer: Timers.Row, dialledFrom start: Instant, now: Instant)
  {
    self.entry = entry
    candidates = CandidateAddresses(remembered: remembered?.addresses ?? [], now: now)
    provenWire = remembered?.speaksTwo ?? false ? .two : .one
    redial = Redial(now: start)
    self.timer = timer
  }

  var key: PublicKey { entry.key }

  /// Which wire a dial speaks: the operator's word, else the evidence, else the one that every peer understands.
  var wire: Wire { entry.wire ?? provenWire }

  /// Whether a ping may show that we are ours: not where the operator pinned the older wire.
  var mayUpgrade: Bool { entry.wire != .one }

  // MARK: Whether it is there

  /// Whether none of its connections can be relied on.
  var isMissing: Bool { !connections.contains { $0.isReliable } }

  /// Whether it was heard on a connection that stays.
  private var isHeard: Bool { connections.contains { $0.isHeard } }

  /// True when it can be called for the first time, which the application is told.
  func noteConnected(now: Instant) -> Bool {
    guard connectedSince == nil, isHeard else { return false }
    connectedSince = now
    round = nil
    return true
  }

  /// True when it no longer can be, which the application is told.
  func noteDisconnected() -> Bool {
    guard connectedSince != nil, !isHeard else { return false }
    connectedSince = nil
    return true
  }

  /// The connection that a call takes: not suspect, not about to close, on the better wire, the newest.
  var best: Connection? {
    var best: Connection?
    for connection in connections where connection.isUsable {
      if let best, best.preference > connection.preference { continue }
      best = connection
    }
    return best
  }

  // MARK: Dialling

  /// Whether it is for us to dial it.
  func mayDial(_ policy: Policy) -> Bool {
    switch (policy, wish) {
    case (.none, _), (_, .none), (.wanted, .unsaid): false
    case (_, .connection), (.all, .unsaid): true
    }
  }

  /// The application wants no connection any more.
  func forgo() {
    wish = .none
    round = nil
  }

  /// Whether it is missed: it should be connected, and is not, or not for sure.
  func wantsDial(_ policy: Policy) -> Bool { mayDial(policy) && isMissing }

  /// When the next dial is due.
  func nextDial(_ policy: Policy, _ limits: Limits) -> Instant {
    guard !candidates.isEmpty, attempts.count < limits.maximumAttempts, wantsDial(policy) else { return .distantFuture }
    guard let round else { return attempts.isEmpty ? redial.notBefore : .distantFuture }
    if attempts.isEmpty { return .zero }
    let hasMore = candidates.hasNext || (round.repeats > 0 && attempts.contains { $0.isUnanswered })
    return hasMore ? round.next : .distantFuture
  }

  /// The address to dial if a dial is due.
  func takeDial(_ policy: Policy, _ limits: Limits, now: Instant, random: inout RandomStream) -> Endpoint? {
    guard now >= nextDial(policy, limits), beginRound(limits, now: now, random: &random) else { return nil }
    if let endpoint = candidates.next(otherThan: connections.last?.endpoint) ?? addressToRepeat() {
      round?.next = now + limits.dialStagger
      return endpoint
    }
    if attempts.isEmpty {
      round = nil
      if connections.isEmpty { redial.failed(now: now, limits: limits, random: &random) }
    }
    return nil
  }

  /// False when there is nothing to dial.
  private func beginRound(_ limits: Limits, now: Instant, random: inout RandomStream) -> Bool {
    guard round == nil else { return true }
    candidates.expire(now: now)
    candidates.beginRound()
    guard !candidates.isEmpty else { return false }
    if !connections.isEmpty { redial.besideSuspect(now: now, limits: limits, random: &random) }
    round = Round(repeats: limits.dialRepeats)
    return true
  }

  /// The address of an attempt that has had no answer: its first packet may be lost, and the kernel waits a second
  /// before it sends another one.
  private func addressToRepeat() -> Endpoint? {
    guard let repeats = round?.repeats, repeats > 0, let attempt = attempts.first(where: { $0.isUnanswered }) else {
      return nil
    }
    round?.repeats = repeats - 1
    return attempt.endpoint
  }

  /// Attempts that have had no answer since `start` or longer: the next round goes to the same addresses anew.
  func unanswered(since start: Instant) -> [Connection] { attempts.filter { $0.isUnanswered && $0.started <= start } }

  /// Once they are ended, a round without attempts is over.
  func endRoundIfIdle() { if attempts.isEmpty { round = nil } }

  /// Somebody answered our question: that address is dialled at once.
  ///
  /// - Returns: an unanswered dial to an address that was only announced, if it has to give way.
  func preferAnswer(_ limits: Limits, now: Instant) -> Connection? {
    if let next = round?.next { round?.next = min(next, now) }
    guard attempts.count >= limits.maximumAttempts else { return nil }
    return attempts.first {
      $0.isUnanswered && (candidates.standing(of: $0.endpoint) ?? .announce) == .announce
    }
  }

  /// Attempts that have nothing left to win: the peer is connected on a wire at least as good.
  func endRound(below wire: Wire) -> [Connection] {
    round = nil
    return attempts.filter { $0.wire.rawValue <= wire.rawValue }
  }

  /// Whether an attempt that has just reached its peer is not needed any more. It has not said who we are yet, so
  /// dropping it here can never cost both sides their connection.
  func hasBetter(than attempt: Connection) -> Bool {
    connections.contains { $0.wire.rawValue >= attempt.wire.rawValue && $0.isReliable }
  }

  // MARK: Upgrade

  /// PeerNet/2 is spoken with the peer, or about to be.
  var isUpgraded: Bool { connections.contains { $0.wire == .two } || attempts.contains { $0.isUpgrade } }

  /// Whether an upgrade may begin now. The evidence costs the peer one ping; what it makes us do must not come as cheap.
  func takeUpgrade(_ limits: Limits, now: Instant) -> Bool {
    guard now >= nextUpgrade else { return false }
    nextUpgrade = now + limits.redialCeiling
    return true
  }

  /// PeerNet/2 did not come up although the peer speaks it: the evidence stands, but what works goes on working.
  func stayOnWireOne() { for connection in connections { connection.open?.release() } }

  // MARK: Attempts and connections

  func add(_ attempt: Connection) { attempts.append(attempt) }

  /// An attempt has come to nothing.
  ///
  /// - Returns: whether the peer, or the way to it, is to blame: it was not our own doing.
  func ended(attempt: Connection, _ reason: CloseReason, now: Instant) -> Bool {
    attempts.remove(attempt)
    switch reason {
    case .superseded, .disconnectRequested, .stopping, .unpaired: return false
    case .refused, .unreachable, .dialTimedOut, .handshakeTimedOut, .closedByPeer, .closedBeforeConfirmed, .broken,
      .pathLost, .silent, .session, .wrongPeer, .peerSaid, .peerStalled, .overBudget, .outdatedWire, .untrusted, .busy,
      .evicted:
      break
    }
    lastEnd = (reason, now)
    candidates.fail(attempt.endpoint)
    return true
  }

  /// The peer was let in.
  func letIn(_ connection: Connection) {
    attempts.remove(connection)
    connections.append(connection)
  }

  /// A connection on which the peer was let in has ended. Connections that had lost to it stay, or lose to `heir`.
  func ended(_ connection: Connection, heir: Connection?, _ reason: CloseReason, now: Instant) {
    connections.remove(connection)
    lastEnd = (reason, now)
    for other in connections { other.open?.outlive(connection, heir: heir) }
  }

  /// Whether another connection fits: another one of an instance that is connected always does, since it replaces that
  /// one.
  func hasRoom(for instance: [UInt8]?, _ limits: Limits) -> Bool {
    guard connections.count < limits.maximumInstances * 2 else { return false }
    guard let instance else { return true }
    var instances: [[UInt8]] = []
    for connection in connections {
      if let other = connection.session.hello?.instance, !instances.contains(other) { instances.append(other) }
    }
    return instances.count < limits.maximumInstances || instances.contains(instance)
  }

  // MARK: Duplicates

  /// What becomes of a connection when another one has come up.
  enum Verdict {
    case stays
    case retires
    /// It should win, if it is still alive.
    case isContested
  }

  /// Decides on a connection, now that the peer was let in on a newer one. Two nodes that dial each other at once settle
  /// on the same one (Protocol, One connection).
  func verdict(on older: Connection, beside newer: Connection, ours: PublicKey) -> Verdict {
    guard older !== newer else { return .stays }
    switch (newer.wire, older.wire) {
    case (.two, .one): return .retires
    case (.two, .two):
      guard newer.session.hello?.instance == older.session.hello?.instance else { return .stays }
      let lower: Session.Role = ours < key ? .initiator : .responder
      return newer.role == older.role || newer.role == lower ? .retires : .isContested
    // PeerNet/1 alone: a BEAM peer keeps the newest and closes the other itself.
    case (.one, .one): return older.isReliable ? .stays : .retires
    case (.one, .two): return .stays
    }
  }

  // MARK: Its share

  /// Counts input that is served.
  func spend(_ bytes: Int) { spent.bytes += bytes }

  /// Whether there is something left of its turn.
  func hasTurn(_ turn: UInt64, of maximum: Int) -> Bool {
    if spent.turn != turn { spent = (turn, 0) }
    return spent.bytes < maximum
  }

  /// Whether it has been served in this turn already.
  func wasServed(in turn: UInt64) -> Bool { spent.turn == turn }

  /// The connection that holds the most memory, if all together hold more than `limit`.
  func largest(above limit: Int) -> Connection? {
    var held = 0
    var most = 0
    var largest: Connection?
    for connection in connections {
      guard let counted = connection.open?.countedBytes else { continue }
      held += counted
      if counted > most { (most, largest) = (counted, connection) }
    }
    return held > limit ? largest : nil
  }
}

extension Connection {
  /// Orders the connections of one peer by how well they serve a call.
  fileprivate var preference: Int {
    (isReliable ? 4 : 0) + (open?.retirement == nil ? 2 : 0) + (wire == .two ? 1 : 0)
  }
}
