import Sodium
import Testing

@testable import PeerNet

extension Node {
  /// What must hold after every input. In particular no timer may be due before `deadline`: nobody would wake for it.
  func checkInvariants(now: Instant) {
    let strange = connections.filter { if case .stranger = $0.state { true } else { false } }
    #expect(Set(strangers.connections.map(\.id)) == Set(strange.map(\.id)))
    #expect(strange.allSatisfy { $0.role == .responder })
    #expect(connections.allSatisfy { !$0.isClosed })
    #expect(zip(connections, connections.dropFirst()).allSatisfy { $0.id < $1.id })
    #expect(zip(peers, peers.dropFirst()).allSatisfy { $0.key < $1.key })
    let open = connections.filter { $0.open != nil }
    #expect(Set(peers.flatMap(\.connections).map(\.id)) == Set(open.map(\.id)))
    #expect(peers.allSatisfy { peer in peer.connections.allSatisfy { $0.peer === peer } })
    let attempts = connections.filter { $0.role == .initiator && $0.open == nil }
    #expect(Set(peers.flatMap(\.attempts).map(\.id)) == Set(attempts.map(\.id)))
    for peer in peers {
      #expect(peer.connections.count <= limits.maximumInstances * 2 + 2)
      #expect(peer.attempts.count <= limits.maximumAttempts + 1)
      #expect((peer.connectedSince != nil) == peer.connections.contains { $0.isHeard })
      // A connection that is held back waits for something.
      if peer.connections.contains(where: { $0.open?.isProvisional ?? false }) {
        #expect(!peer.attempts.isEmpty || peer.connections.contains { $0.wire == .two }, "held back for nothing")
      }
    }
    for connection in open {
      guard let open = connection.open else { continue }
      #expect(open.requests == serving.works.elements.count { $0.connection == connection.id })
      // Who has said that it goes cannot take it back when the winner dies.
      if let retirement = open.retirement, !open.isLeaving { #expect(!retirement.winner.isClosed) }
    }
    for (name, handler) in serving.handlers {
      #expect(handler.running == serving.works.elements.count { $0.name == name })
    }
    let held = open.reduce(0) { $0 + $1.session.heldBytes + ($1.open?.requestBytes ?? 0) }
    #expect(heldBytes == held)
    #expect(serving.places.taken == serving.works.count)
    let deadline = self.deadline ?? .distantFuture
    // Whoever is shown as connected and no suspect was heard within the detector's bound, once the timers have run.
    if now < deadline {
      for status in statuses where status.isConnected && status.liveness == .alive {
        guard let rules = peer(status.entry.key)?.best?.session.liveness?.rules, let heard = status.heard else {
          Issue.record("connected, and nobody watches")
          continue
        }
        #expect(now - heard <= rules.interval + rules.answerCeiling, "shown as connected, and long silent")
      }
    }
    for connection in connections { #expect(deadline <= connection.deadline) }
    for discovery in discoveries { #expect(deadline <= discovery.deadline ?? .distantFuture) }
    for peer in peers {
      if let due = derivedDial(of: peer) { #expect(deadline <= due, "a dial nobody wakes for") }
    }
  }

  /// When the next dial of a peer is due, worked out anew.
  private func derivedDial(of peer: PeerLinks) -> Instant? {
    let isWanted =
      switch peer.wish {
      case .unsaid: configuration.dialsAutomatically
      case .connection: true
      case .none: false
      }
    guard !isStopping, isWanted, peer.isMissing, !peer.candidates.isEmpty else { return nil }
    if peer.attempts.isEmpty { return peer.redial.notBefore }
    guard let round = peer.round, peer.attempts.count < limits.maximumAttempts else { return nil }
    var candidates = peer.candidates
    let repeats = round.repeats > 0 && peer.attempts.contains { $0.isUnanswered }
    return candidates.next() != nil || repeats ? round.next : nil
  }
}
