import Sodium

/// Why a connection, or an attempt at one, ended. The name says whose doing it was.
public enum CloseReason: Hashable, Sendable {
  // The network
  /// The address refused the connection.
  case refused
  /// No route, no network, host down; the errno.
  case unreachable(errno: Int32)
  /// No TCP connection within its deadline.
  case dialTimedOut
  /// TCP came up, but the handshake did not finish in time.
  case handshakeTimedOut
  /// The other side closed the connection.
  case closedByPeer
  /// On PeerNet/1, which has no word for it: the other side closed before a single byte of its own was authenticated. It
  /// may not trust us.
  case closedBeforeConfirmed
  /// The connection broke; the errno.
  case broken(errno: Int32)
  /// Our own address of the connection, or the route from it to the other end, is gone; the errno.
  case pathLost(errno: Int32)
  /// Nothing was heard for the heartbeat's timeout.
  case silent

  // The peer
  /// It broke the protocol, or speaks none of ours.
  case session(SessionError)
  /// The address is another key's.
  case wrongPeer(PublicKey)
  /// The peer said why it closes.
  case peerSaid(ByeReason)
  /// The peer does not take what we send.
  case peerStalled
  /// The peer's connections held more memory than one peer may (Protocol, Times and bounds).
  case overBudget
  /// A peer that has spoken PeerNet/2 came with PeerNet/1; it was shown the evidence and may come again.
  case outdatedWire

  // We
  /// The key is not in our trust list.
  case untrusted
  /// The bound on connections, or on this key's, is reached.
  case busy
  /// Another connection to the same peer took its place.
  case superseded
  /// The key was taken out of our trust list.
  case unpaired
  /// Pushed out by a newer connection before it had proven a key.
  case evicted
  /// The node stops.
  case stopping
  /// The application asked for it.
  case disconnectRequested
}
