import Sodium

// Reaching trusted peers: who they are, where they may be, and the dials.
extension Node {
  // MARK: Trust

  /// Puts a trust list in force. Whoever is not in it any more is disconnected at once.
  public func setTrust(_ list: TrustList, now: Instant) {
    let sorted = list.entries.sorted { $0.key < $1.key }
    var kept: [PeerLinks] = []
    var gone = peers
    for entry in sorted where entry.key != publicKey {
      if let known = peer(entry.key) {
        known.entry = entry
        kept.append(known)
        gone.removeAll { $0 === known }
      } else {
        // Whoever knows hundreds does not dial them all at once.
        let start = now + limits.dialSpacing * Int64(max(kept.count - limits.dialBurst, 0))
        let remembered = memory.peer(entry.key)
        for address in (remembered?.addresses ?? []).reversed() { strangers.flood.note(address, of: entry.key) }
        kept.append(PeerLinks(entry, remembered, timer: timers.add(), dialledFrom: start, now: now))
      }
    }
    for peer in gone { unpair(peer, now: now) }
    peers = kept
    for peer in peers { dialIfDue(peer, now: now) }
  }

  private func unpair(_ peer: PeerLinks, now: Instant) {
    serving.forget(peer.key)
    strangers.flood.forget(peer.key)
    peers.removeAll { $0 === peer }
    for connection in peer.attempts + peer.connections { close(connection, .unpaired, bye: .unpaired, now: now) }
    if peer.noteDisconnected() { emit(.disconnected(peer.key, .unpaired)) }
    timers.remove(peer.timer)
    if memory.forget(peer.key) { emit(.memoryChanged) }
  }

  /// Authenticated evidence that a peer speaks PeerNet/2. Only the operator lowers it.
  func noteWireTwo(_ peer: PeerLinks) {
    guard peer.provenWire != .two else { return }
    peer.provenWire = .two
    if memory.noteSpeaksTwo(peer.key) { emit(.memoryChanged) }
  }

  /// A handshake of ours proved that the peer lives at this address.
  func noteProven(_ endpoint: Endpoint, of peer: PeerLinks, now: Instant) {
    peer.candidates.prove(endpoint, now: now)
    strangers.flood.note(endpoint, of: peer.key)
    if memory.noteProven(endpoint, for: peer.key) { emit(.memoryChanged) }
  }

  // MARK: Dialling

  /// Wants a connection to a peer, now and whenever it is lost, until `disconnect`.
  ///
  /// - Returns: false when the key is not trusted.
  @discardableResult
  public func connect(_ key: PublicKey, at endpoints: [Endpoint] = [], now: Instant) -> Bool {
    guard let peer = peer(key) else { return false }
    peer.wish = .connection
    for endpoint in endpoints { peer.candidates.pin(endpoint, now: now) }
    if peer.isMissing {
      peer.redial.reset(now: now)
      dialIfDue(peer, now: now)
    }
    return true
  }

  /// Ends every connection to a peer and wants none any more.
  public func disconnect(_ key: PublicKey, now: Instant) {
    guard let peer = peer(key) else { return }
    peer.forgo()
    for connection in peer.attempts + peer.connections {
      close(connection, .disconnectRequested, bye: .stopping, now: now)
    }
    schedule(peer)
  }

  private var policy: PeerLinks.Policy { isStopping ? .none : configuration.dialsAutomatically ? .all : .wanted }

  /// Starts the next dial of a peer if one is due, and sees that the node wakes when one will be.
  func dialIfDue(_ peer: PeerLinks, now: Instant) {
    if let endpoint = peer.takeDial(policy, limits, now: now, random: &random) {
      dial(peer, endpoint, wire: peer.wire, for: .connection, now: now)
    }
    schedule(peer)
  }

  func schedule(_ peer: PeerLinks) { timers[peer.timer] = peer.nextDial(policy, limits) }

  private func dial(
    _ peer: PeerLinks, _ endpoint: Endpoint, wire: Wire, for purpose: Connection.Dial.Purpose, now: Instant
  ) {
    let session = Session(role: .initiator, endpoint: endpoint, wire: wire, limits: limits)
    // The transport keeps the dial's deadline; this one is for a transport that does not.
    let connection = Connection(
      registry.newID(), session,
      .dialling(.init(peer: peer, purpose: purpose), until: now + limits.dialDeadline + .seconds(1)),
      timer: timers.add(), now: now)
    registry.add(connection)
    peer.add(connection)
    emit(.dial(connection.id, endpoint, deadline: limits.dialDeadline))
    touch(connection)
  }

  /// An attempt ended before the peer was let in.
  func failed(_ attempt: Connection, _ dial: Connection.Dial, _ reason: CloseReason, now: Instant) {
    let peer = dial.peer
    guard peer.ended(attempt: attempt, reason, now: now) else { return schedule(peer) }
    emit(.dialFailed(peer.key, attempt.endpoint, reason))
    if dial.purpose == .upgrade { stayOnWireOne(peer, now: now) }
    dialIfDue(peer, now: now)
  }

  /// Drops attempts that have nothing left to win: the peer is connected on a wire at least as good.
  func abandonAttempts(_ peer: PeerLinks, below wire: Wire, now: Instant) {
    for attempt in peer.endRound(below: wire) { close(attempt, .superseded, now: now) }
    schedule(peer)
  }

  /// Drops dials that have had no answer for long: the next round goes to the same addresses anew.
  private func abandonUnanswered(_ peer: PeerLinks, since start: Instant, now: Instant) {
    for attempt in peer.unanswered(since: start) { close(attempt, .superseded, now: now) }
    peer.endRoundIfIdle()
  }

  /// The peer showed over PeerNet/1 that it speaks PeerNet/2: the side that dialled dials again.
  func upgrade(_ connection: Connection, _ peer: PeerLinks, now: Instant) {
    guard connection.role == .initiator, !isStopping, !peer.isUpgraded else { return }
    guard peer.takeUpgrade(limits, now: now) else { return stayOnWireOne(peer, now: now) }
    dial(peer, connection.endpoint, wire: .two, for: .upgrade, now: now)
  }

  /// What was held back for PeerNet/2 serves.
  func stayOnWireOne(_ peer: PeerLinks, now: Instant) {
    peer.stayOnWireOne()
    if peer.noteConnected(now: now) { emit(.connected(peer.key)) }
  }

  // MARK: Discovery

  /// A datagram of the discovery port came.
  ///
  /// `link` is the index of the interface that it came in by; nil when its source stands in no prefix of that one.
  public func handleDatagram(_ bytes: [UInt8], from endpoint: Endpoint, link: UInt32?, now: Instant) {
    for discovery in discoveries { discovery.receive(bytes, from: endpoint, link: link, now: now) }
    drainDiscoveries(now: now)
  }

  /// Asks every node in the neighbourhood where it is.
  public func solicit(now: Instant) {
    for discovery in discoveries { discovery.solicit(now: now) }
    drainDiscoveries(now: now)
  }

  func drainDiscoveries(now: Instant) {
    var next = Instant.distantFuture
    for discovery in discoveries {
      while let output = discovery.nextOutput() {
        switch output {
        case .broadcast(let bytes): emit(.broadcast(bytes))
        case .send(let bytes, let to, let link): emit(.datagram(bytes, to: to, link: link))
        case .sighting(let sighting): sighted(sighting, now: now)
        }
      }
      if let deadline = discovery.deadline { next = min(next, deadline) }
    }
    timers[.discovery] = next
  }

  /// A hint from anyone: it makes us dial a trusted peer, and ask the one that is connected whether it still is.
  private func sighted(_ sighting: Sighting, now: Instant) {
    emit(.sighted(sighting))
    guard let peer = peer(sighting.key), sighting.key != publicKey else { return }
    let isAnswer = sighting.source == .answer
    let isNews = peer.candidates.hint(sighting.endpoint, answer: isAnswer, now: now)
    guard peer.isMissing else {
      if isNews { mayHaveMoved(peer, to: sighting.endpoint, now: now) }
      return
    }
    if isNews && isAnswer, let attempt = peer.preferAnswer(limits, now: now) {
      close(attempt, .dialTimedOut, now: now)
    }
    // A dial without an answer may wait for seconds before the kernel asks again.
    if peer.redial.hinted(now: now, limits: limits, random: &random) {
      abandonUnanswered(peer, since: now - limits.hintInterval, now: now)
    }
    dialIfDue(peer, now: now)
  }

  /// A connected peer is said to be at an address that is new: if it moved there, nothing more comes from the old one. It
  /// is asked, and dialled there meanwhile; the answer ends that. There is room for few addresses that nobody answers at,
  /// so lies do not make it happen often. No event says so, and the peer does not count as suspect.
  private func mayHaveMoved(_ peer: PeerLinks, to endpoint: Endpoint, now: Instant) {
    let address = endpoint.with(port: 0)
    guard peer.mayDial(policy), !peer.connections.contains(where: { $0.endpoint.with(port: 0) == address }) else {
      return
    }
    _ = peer.redial.hinted(now: now, limits: limits, random: &random)
    for connection in peer.connections {
      guard let open = connection.open else { continue }
      let isNews = open.doubt()
      if open.proof == OpenConnection.Proof.none, !open.isLeaving { askForProof(connection, open, now: now) }
      if isNews { dialIfDue(peer, now: now) }
    }
  }

  // MARK: Changes of the network

  // What the transport knows of links, addresses and routes (Links, Changes of the network). It ends connections whose
  // own address or route is gone itself, as `pathLost`; those that a change does not touch it leaves alone, and so does
  // the node.

  /// The route to somewhere changed: what could not be reached may be reached now.
  ///
  /// Who is missing is asked for and dialled anew. A network that changes all the time makes that happen at a bounded
  /// rate.
  public func handleNetworkChange(now: Instant) {
    // Who waits for a peer asks for it: the next announce may be seconds away.
    let misses = peers.contains { $0.wantsDial(policy) }
    for discovery in discoveries {
      discovery.networkChanged(now: now)
      if misses { discovery.solicit(now: now) }
    }
    drainDiscoveries(now: now)
    restartDials(now: now)
  }

  /// A connection's interface has lost its carrier. It may come back, so the connection stays; but unless the peer has
  /// another one, it is dialled beside this one.
  public func handleLinkLost(_ id: ConnectionID, now: Instant) {
    if let connection = registry[id] { suspected(connection, demanding: .wanted, now: now) }
  }

  /// Starts over with who is missing, unless that was done a moment ago: then in a moment.
  func restartDials(now: Instant) {
    guard now >= nextRestart else {
      timers[.network] = nextRestart
      return
    }
    nextRestart = now + limits.networkInterval
    timers[.network] = .distantFuture
    let missing = peers.filter { $0.isMissing }
    let window = max(limits.redialFloor * 2, limits.dialSpacing * Int64(missing.count))
    for peer in missing {
      // What left by the old way gets no answer any more.
      abandonUnanswered(peer, since: now, now: now)
      peer.redial.networkChanged(within: window, now: now, random: &random)
      for suspect in peer.connections {
        guard let open = suspect.open, let proof = open.proof, proof != .none else { continue }
        askForProof(suspect, open, now: now)
      }
      dialIfDue(peer, now: now)
    }
  }
}
