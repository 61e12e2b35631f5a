// The words of the log, of the command line and of the library's errors: one code and one sentence each.

extension CloseReason {
  /// A stable word for scripts, such as `dial_timed_out`.
  public var code: StaticString {
    switch self {
    case .refused: "refused"
    case .unreachable: "unreachable"
    case .dialTimedOut: "dial_timed_out"
    case .handshakeTimedOut: "handshake_timed_out"
    case .closedByPeer: "closed_by_peer"
    case .closedBeforeConfirmed: "closed_before_confirmed"
    case .broken: "broken"
    case .pathLost: "path_lost"
    case .silent: "silent"
    case .session(let error): error.code
    case .wrongPeer: "wrong_peer"
    case .peerSaid(let reason): reason.code
    case .peerStalled: "peer_stalled"
    case .overBudget: "over_budget"
    case .outdatedWire: "outdated_wire"
    case .untrusted: "untrusted"
    case .busy: "busy"
    case .superseded: "superseded"
    case .unpaired: "unpaired"
    case .evicted: "evicted"
    case .stopping: "stopping"
    case .disconnectRequested: "disconnect_requested"
    }
  }

  /// For people, after "because".
  public var sentence: StaticString {
    switch self {
    case .refused: "the address refused the connection"
    case .unreachable: "there is no way to the address"
    case .dialTimedOut: "the address does not answer"
    case .handshakeTimedOut: "the handshake did not finish in time"
    case .closedByPeer: "it closed the connection"
    case .closedBeforeConfirmed: "it closed before it proved its key"
    case .broken: "the connection broke"
    case .pathLost: "this machine's address or route is gone"
    case .silent: "nothing was heard for too long"
    case .session(let error): error.sentence
    case .wrongPeer: "another key answered there"
    case .peerSaid(let reason): reason.sentence
    case .peerStalled: "it stopped reading"
    case .overBudget: "its connections held too much memory"
    case .outdatedWire: "it came with the older wire"
    case .untrusted: "it is not trusted"
    case .busy: "too many connections"
    case .superseded, .evicted: "another connection took its place"
    case .unpaired: "it was unpaired"
    case .stopping, .disconnectRequested: "the connection was ended here"
    }
  }

  /// The system's number for what happened, where there is one.
  public var errno: Int32? {
    if case .unreachable(let number) = self { return number }
    if case .broken(let number) = self { return number }
    if case .pathLost(let number) = self { return number }
    return nil
  }
}

extension SessionError {
  fileprivate var code: StaticString {
    switch self {
    case .oversizedFrame: "oversized_frame"
    case .unknownWire: "unknown_wire"
    case .peerFailedHandshake: "peer_failed_handshake"
    case .peerSentBadHello: "peer_sent_bad_hello"
    case .peerSentForgedMessage: "peer_sent_forged_message"
    case .peerSentBadEnvelope: "peer_sent_bad_envelope"
    case .weFailed: "we_failed"
    }
  }

  fileprivate var sentence: StaticString {
    switch self {
    case .oversizedFrame: "it broke the protocol: a frame was too large"
    case .unknownWire: "it broke the protocol: it speaks neither wire"
    case .peerFailedHandshake: "it broke the protocol: its handshake was wrong"
    case .peerSentBadHello: "it broke the protocol: its hello was wrong"
    case .peerSentForgedMessage: "it broke the protocol: a message did not open"
    case .peerSentBadEnvelope: "it broke the protocol: a message held no envelope"
    case .weFailed: "this side could not encrypt"
    }
  }
}

extension ByeReason {
  fileprivate var code: StaticString {
    switch self {
    case .untrusted: "peer_said_untrusted"
    case .busy: "peer_said_busy"
    case .superseded: "peer_said_superseded"
    case .unpaired: "peer_said_unpaired"
    case .stopping: "peer_said_stopping"
    case .unknown: "peer_said_something_unknown"
    }
  }

  fileprivate var sentence: StaticString {
    switch self {
    case .untrusted: "it said: untrusted"
    case .busy: "it said: busy"
    case .superseded: "it said: superseded"
    case .unpaired: "it said: unpaired"
    case .stopping: "it said: stopping"
    case .unknown: "it said: unknown"
    }
  }
}
