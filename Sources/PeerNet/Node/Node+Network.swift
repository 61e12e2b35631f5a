import Sodium

// What the transport knows of links, addresses and routes (Links, Changes of the network). It ends connections whose
// own address or route is gone itself, as `pathLost`; those that a change does not touch it leaves alone, and so does
// the node.
extension Node {
  /// The route to somewhere changed: what could not be reached may be reached now.
  ///
  /// Who is missing is asked for and dialled anew. A network that changes all the time makes that happen at a bounded
  /// rate.
  public func networkChanged(now: Instant) {
    // Who waits for a peer asks for it: the next announce may be seconds away.
    let misses = peers.contains { wantsDial($0) }
    for discovery in discoveries {
      discovery.networkChanged(now: now)
      if misses { discovery.solicit(now: now) }
    }
    drainDiscoveries(now: now)
    isRestartDue = true
    restartDials(now: now)
  }

  /// A connection's interface has lost its carrier. It may come back, so the connection stays; but unless the peer has
  /// another one, it is dialled beside this one.
  public func linkLost(_ id: ConnectionID, now: Instant) {
    guard let session = session(id), let peer = session.remote.flatMap({ peer($0) }) else { return }
    session.ledger.linkProof = []
    suspected(session, peer, now: now)
  }

  /// Starts over with who is missing, unless that was done a moment ago: then in a moment.
  func restartDials(now: Instant) {
    guard now >= nextRestart else {
      earliest = min(earliest, nextRestart)
      return
    }
    nextRestart = now + limits.networkInterval
    isRestartDue = false
    let missing = peers.filter { isMissing($0) }
    let window = max(limits.redialFloor * 2, limits.dialSpacing * Int64(missing.count))
    for peer in missing {
      // What left by the old way gets no answer any more.
      abandonUnanswered(peer, since: now, now: now)
      peer.redial.networkChanged(within: window, now: now, random: &random)
      for suspect in peer.sessions.compactMap({ session($0) }) where suspect.ledger.linkProof != nil {
        let nonce = random.bytes(16)
        suspect.ledger.linkProof = nonce
        do { try suspect.sendPing(nonce, now: now) } catch { close(suspect, .session(error), now: now) }
        touch(suspect)
      }
      dialIfDue(peer, now: now)
    }
  }
}
