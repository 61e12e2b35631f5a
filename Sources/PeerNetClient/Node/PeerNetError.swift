import ETF
import PeerNet

/// Why something asked of a `PeerNode` did not work out.
public enum PeerNetError: Error, Hashable, Sendable {
  /// The key is not in the trust list.
  case untrustedPeer
  /// The key is this node's own.
  case ownKey
  /// No connection is up. Nothing was sent.
  case notConnected
  /// No connection came up in time; what the last attempt failed of, if one was made.
  case unreachable(CloseReason?)
  /// The peer answered with `{error, Reason}`.
  case remote(Term)
  /// No answer came in time. The peer may have run it.
  case timedOut
  /// The connection ended before an answer came. The peer may have run it.
  case outcomeUnknown(CloseReason)
  /// The encoded call exceeds an envelope.
  case tooLarge
  /// Too many calls or bytes wait already.
  case busy
  /// The node was stopped.
  case stopped
  /// The transport could not be set up: what failed, as text of the system's.
  case transport(String)

  init(_ error: CallError) {
    switch error {
    case .untrustedPeer: self = .untrustedPeer
    case .notConnected: self = .notConnected
    case .tooLarge: self = .tooLarge
    case .busy: self = .busy
    }
  }
}
