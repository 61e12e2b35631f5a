import PeerNet

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
