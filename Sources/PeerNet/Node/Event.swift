import Sodium

/// What happened, for the application.
public enum Event: Sendable {
  /// An authenticated connection has come up.
  case opened(ConnectionID, PublicKey, Endpoint, wire: Wire, dialled: Bool)
  /// One of possibly several connections of a trusted peer has ended.
  case closed(ConnectionID, PublicKey, CloseReason)
  /// A peer can be called now: it has been heard over an authenticated connection.
  case connected(PublicKey)
  /// A peer's last connection is gone.
  case disconnected(PublicKey, CloseReason)
  /// A connection's other end is overdue: it is dialled beside it, and given up unless it is heard.
  case suspected(ConnectionID, PublicKey)
  /// A suspect was heard after all.
  case relieved(ConnectionID, PublicKey)
  /// One dial of a trusted peer failed.
  case dialFailed(PublicKey, Endpoint, CloseReason)
  /// A connection from someone ended before it was admitted.
  case rejected(Endpoint, PublicKey?, CloseReason)
  /// A trusted peer calls a procedure that it may call; answer with `reply`.
  case request(Request)
  /// A trusted peer sent a message to a handle that it may send to.
  case message(Request)
  /// A trusted peer asked for what it may not, or what is not there.
  case refused(PublicKey, name: [UInt8], RefusalReason)
  /// A call of ours came to its end: one of these for each ``CallID``.
  case callFinished(CallID, CallOutcome)
  /// A ping of ours was answered.
  case pong(PublicKey, nonce: [UInt8], roundTrip: TimeSpan)
  /// Somebody announces this key at this address: a hint, whoever says so.
  case sighted(Sighting)
  /// `memory` changed and should be written some time soon.
  case memoryChanged
}
