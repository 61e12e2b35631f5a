import Sodium

extension Node {
  /// Puts a trust list in force. Whoever is not in it any more is disconnected at once.
  public func setTrust(_ list: TrustList, now: Instant) {
    let sorted = list.entries.sorted { $0.key < $1.key }
    var kept: [Peer] = []
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
        for address in (remembered?.addresses ?? []).reversed() { flood.note(address, of: entry.key) }
        kept.append(
          Peer(
            entry: entry, candidates: CandidateAddresses(remembered: remembered?.addresses ?? [], now: now),
            hasProvenWireTwo: remembered?.speaksTwo ?? false, now: start))
      }
    }
    for peer in gone { unpair(peer, now: now) }
    peers = kept
    for peer in peers { dialIfDue(peer, now: now) }
  }

  private func unpair(_ peer: Peer, now: Instant) {
    for name in handlers.keys { handlers[name]!.authorized.remove(peer.key) }
    flood.forget(peer.key)
    peers.removeAll { $0 === peer }
    for id in peer.attempts + peer.sessions {
      guard let session = session(id) else { continue }
      close(session, .unpaired, bye: .unpaired, now: now)
      // `close` found no peer to report for any more.
      if session.ledger.isAdmitted { emit(.closed(id, peer.key, .unpaired)) }
    }
    if peer.isConnected { emit(.disconnected(peer.key, .unpaired)) }
    if memory.forget(peer.key) { emit(.memoryChanged) }
  }

  /// Authenticated evidence that a peer speaks PeerNet/2. Only the operator lowers it.
  func noteWireTwo(_ peer: Peer) {
    guard !peer.hasProvenWireTwo else { return }
    peer.hasProvenWireTwo = true
    if memory.noteSpeaksTwo(peer.key) { emit(.memoryChanged) }
  }

  /// A handshake of ours proved that the peer lives at this address.
  func noteProven(_ endpoint: Endpoint, of peer: Peer, now: Instant) {
    peer.candidates.prove(endpoint, now: now)
    flood.note(endpoint, of: peer.key)
    if memory.noteProven(endpoint, for: peer.key) { emit(.memoryChanged) }
  }
}
