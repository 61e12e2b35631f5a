import PeerNet

/// What a node remembers of how it went with one peer: the last few disconnects, oldest first.
struct PeerHistory {
  static let maximum = 8

  private(set) var disconnects: [Disconnect] = []
  private var connectedAt: Instant?

  /// When the peer was last heard, as of the moment it became suspect.
  private var heard: Instant?

  mutating func connected(at now: Instant) { (connectedAt, heard) = (now, nil) }

  mutating func suspected(heard: Instant?) { self.heard = heard }

  mutating func relieved() { heard = nil }

  mutating func disconnected(_ reason: CloseReason, at now: Instant) {
    if disconnects.count == Self.maximum { disconnects.removeFirst() }
    disconnects.append(
      Disconnect(at: now, reason: reason, lasted: now - (connectedAt ?? now), heard: heard ?? now))
    (connectedAt, heard) = (nil, nil)
  }
}

/// One time that a peer was lost: its last connection had ended, and no call could be sent any more.
public struct Disconnect: Hashable, Sendable {
  /// When, by the transport's clock, as ``PeerNode/now`` tells it.
  public let at: Instant
  /// Why the connection ended.
  public let reason: CloseReason
  /// How long the peer had been connected.
  public let lasted: TimeSpan
  /// When the peer was last heard. A connection that ended because of silence was given up some seconds later.
  public let heard: Instant
}
