@testable import PeerNet
@testable import PeerNetClient

extension PeerNode {
  /// What waits for something, or is at work for a peer.
  var pending: Int { calls.count + pings.count + waiters.count + serving.count }

  /// Calls of which the protocol still expects an answer.
  var callsOnTheWire: Int { node?.connections.reduce(0) { $0 + ($1.open?.calls.count ?? 0) } ?? 0 }

  /// The earliest.
  var callDeadline: Instant? {
    node?.connections.flatMap { $0.open?.calls.calls.elements.map(\.deadline) ?? [] }.min()
  }

  /// Connections that are being made.
  var dials: Int { node?.peers.reduce(0) { $0 + $1.attempts.count } ?? 0 }

  var pingsOnTheWire: Int { node?.connections.reduce(0) { $0 + ($1.open?.pings.count ?? 0) } ?? 0 }

  var listenerCount: Int { (eventListeners.isEmpty ? 0 : 1) + (peerListeners.isEmpty ? 0 : 1) }
}
