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
    session.ledger.pathProof = []
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
      for suspect in peer.sessions.compactMap({ session($0) }) where suspect.ledger.pathProof != nil {
        askForProof(suspect, now: now)
      }
      dialIfDue(peer, now: now)
    }
  }

  /// A connected peer is said to be at an address that is new: if it moved there, nothing more comes from the old one. It
  /// is asked, and dialled there meanwhile; the answer ends that. There is room for few addresses that nobody answers at,
  /// so lies do not make it happen often.
  func mayHaveMoved(_ peer: Peer, to endpoint: Endpoint, now: Instant) {
    let connections = peer.sessions.compactMap { session($0) }
    guard mayDial(peer), !connections.contains(where: { $0.endpoint.with(port: 0) == endpoint.with(port: 0) }) else {
      return
    }
    _ = peer.redial.hinted(now: now, limits: limits, random: &random)
    for connection in connections {
      if connection.ledger.pathProof == nil, connection.ledger.farewell == nil { askForProof(connection, now: now) }
      doubted(connection, peer, now: now)
    }
  }

  private func askForProof(_ session: Session, now: Instant) {
    let nonce = random.bytes(16)
    session.ledger.pathProof = nonce
    do { try session.sendPing(nonce, now: now) } catch { close(session, .session(error), now: now) }
    touch(session)
  }
}
