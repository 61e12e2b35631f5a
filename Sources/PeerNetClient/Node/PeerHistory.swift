import PeerNet

/// What a node remembers of how it went with one peer: the last few disconnects, oldest first.
struct PeerHistory {
  static let maximum = 8

  private(set) var disconnects: [Disconnect] = []
  private var connectedAt: Instant?

  mutating func connected(at now: Instant) { connectedAt = now }

  mutating func disconnected(_ reason: CloseReason, at now: Instant) {
    if disconnects.count == Self.maximum { disconnects.removeFirst() }
    disconnects.append(Disconnect(at: now, reason: reason, lasted: now - (connectedAt ?? now)))
    connectedAt = nil
  }
}
