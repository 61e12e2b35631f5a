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
  /// No connection came up in time; what the last attempt failed of, if one was made. Nothing was sent.
  case unreachable(CloseReason?)
  /// The peer answered with `{error, Reason}`.
  case remote(Term)
  /// No answer came in time. The peer may have run it.
  case timedOut
  /// The connection ended before an answer came. The peer may have run it.
  case outcomeUnknown(CloseReason)
  /// Of a call that runs at most once: the peer ended while it ran, and does not know what came of it either; why, in its
  /// words.
  case interrupted(String)
  /// Of a call that runs at most once: its key was used for another call. Nothing was run.
  case keyReused
  /// The connection ended before a byte of the call had left. The peer has not run it: it may be asked again.
  case notSent(CloseReason)
  /// The encoded call exceeds an envelope, or is nested deeper than a peer reads. Nothing was sent.
  case tooLarge
  /// Too many calls, bytes or callers wait already. Nothing was sent.
  case busy
  /// The node does not run: it was stopped, or has not been started.
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

extension PeerNetError: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    switch self {
    case .untrustedPeer: "the peer is not in the trust list"
    case .ownKey: "the key is this node's own"
    case .notConnected: "the peer is not connected; nothing was sent"
    case .unreachable(nil): "the peer did not answer at any address"
    case .unreachable(.some(let reason)): "the peer could not be reached: \(reason.sentence)"
    case .remote(let reason): "the peer answered \(reason.text(limits: .init(depth: 8, length: 512)))"
    case .timedOut: "no answer came in time; the peer may have done it"
    case .outcomeUnknown(let reason):
      "the connection ended before the answer, the peer may have done it: \(reason.sentence)"
    case .interrupted(let why): "it was begun, and what came of it is not known: \(why)"
    case .keyReused: "the key was used for another call; nothing was run"
    case .notSent(let reason):
      "the connection ended before the call was sent; the peer has not done it: \(reason.sentence)"
    case .tooLarge: "the call is too large or nested too deep; nothing was sent"
    case .busy: "too much is under way on the connection; nothing was sent"
    case .stopped: "the node does not run"
    case .transport(let text): "the network cannot be used: \(text)"
    }
  }
}
