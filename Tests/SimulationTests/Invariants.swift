import Sodium
import Testing

@testable import PeerNet

extension Node {
  /// What must hold after every input. In particular no timer may be due before `deadline`: nobody would wake for it.
  func checkInvariants(now: Instant) {
    let responders = sessions.filter { $0.role == .responder }
    #expect(halfOpen == responders.count { !$0.ledger.isAdmitted })
    #expect(admitted == sessions.count { $0.ledger.isAdmitted })
    #expect(sessions.allSatisfy { $0.ledger.isOpen })
    #expect(zip(sessions, sessions.dropFirst()).allSatisfy { $0.id < $1.id })
    #expect(zip(peers, peers.dropFirst()).allSatisfy { $0.key < $1.key })
    #expect(Set(peers.flatMap(\.sessions)) == Set(sessions.filter { $0.ledger.isAdmitted }.map(\.id)))
    let attempts = sessions.filter { $0.role == .initiator && !$0.ledger.isAdmitted }
    #expect(Set(peers.flatMap(\.attempts)) == Set(attempts.map(\.id)))
    for peer in peers {
      #expect(peer.sessions.count <= limits.maximumInstances * 2 + 2)
      #expect(peer.attempts.count <= limits.maximumAttempts + 1)
      #expect(peer.isConnected == peer.sessions.contains { session($0)?.isHeard ?? false })
      // A connection that is held back waits for something.
      if peer.sessions.contains(where: { session($0)?.ledger.isProvisional ?? false }) {
        #expect(
          !peer.attempts.isEmpty || peer.sessions.contains { session($0)?.wire == .two }, "held back for nothing")
      }
    }
    for session in sessions {
      #expect(session.ledger.requests == requests.values.count { $0.connection == session.id })
      // Who has said that it goes cannot take it back when the winner dies.
      if let retirement = session.ledger.retirement, session.ledger.farewell == nil {
        #expect(self.session(retirement.winner) != nil)
      }
    }
    for (name, handler) in handlers {
      #expect(handler.running == requests.values.count { $0.name == name })
    }
    #expect(heldBytes == sessions.filter { $0.ledger.isAdmitted }.reduce(0) { $0 + $1.heldBytes })
    #expect(atWork.taken == requests.count)
    let deadline = self.deadline ?? .distantFuture
    // Whoever is shown as connected and no suspect was heard within the detector's bound, once the timers have run.
    if now < deadline {
      for status in statuses where status.isConnected && status.liveness == .alive {
        guard let rules = (try? route(status.entry.key))?.liveness?.rules, let heard = status.heard else {
          Issue.record("connected, and nobody watches")
          continue
        }
        #expect(now - heard <= rules.interval + rules.answerCeiling, "shown as connected, and long silent")
      }
    }
    for session in sessions { #expect(deadline <= self.deadline(of: session)) }
    for discovery in discoveries { #expect(deadline <= discovery.deadline ?? .distantFuture) }
    for peer in peers {
      if let due = nextDial(of: peer) { #expect(deadline <= due, "a dial nobody wakes for") }
    }
  }

  /// When the next dial of a peer is due, worked out anew.
  private func nextDial(of peer: Peer) -> Instant? {
    guard !isStopping, peer.isWanted ?? configuration.dialsAutomatically, isMissing(peer),
      !peer.candidates.isEmpty
    else { return nil }
    if peer.attempts.isEmpty { return peer.redial.notBefore }
    var candidates = peer.candidates
    let repeats = peer.repeats > 0 && peer.attempts.contains { session($0)?.isUnanswered ?? false }
    return peer.isInRound && peer.attempts.count < limits.maximumAttempts && (candidates.next() != nil || repeats)
      ? peer.nextOfRound : nil
  }
}
