import Sodium

// What the transport knows of links, addresses and routes (Protocol, Changes of the network). It ends connections whose
// own address or route is gone itself, as `unreachable`; those that a change does not touch it leaves alone, and so does
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
    for peer in peers where isMissing(peer) {
      // What left by the old way gets no answer any more.
      for attempt in peer.attempts.compactMap({ session($0) }) where attempt.isUnanswered {
        close(attempt, .superseded, now: now)
      }
      if peer.attempts.isEmpty { peer.isInRound = false }
      peer.redial.networkChanged(now: now, limits: limits, random: &random)
      for suspect in peer.sessions.compactMap({ session($0) }) {
        do { try ping(suspect, now: now) } catch { close(suspect, .session(error), now: now) }
      }
      dialIfDue(peer, now: now)
    }
  }
}
