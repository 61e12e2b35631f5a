import PeerNet

extension CloseReason {
  /// For the log: words that a script can compare, with an underscore between them.
  var text: StaticString {
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
    case .session(let error): error.text
    case .wrongPeer: "wrong_peer"
    case .peerSaid(let reason): reason.logText
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

  /// `reason=` and what else is known.
  var fields: [LogField] {
    let reason = LogField.literal("reason", text)
    return switch self {
    case .unreachable(let number), .broken(let number), .pathLost(let number):
      [reason, .number("errno", Int64(number))]
    case .wrongPeer(let key): [reason, LogField(key: "found", value: .publicKey(key))]
    case .refused, .dialTimedOut, .handshakeTimedOut, .closedByPeer, .closedBeforeConfirmed, .silent, .session,
      .peerSaid, .peerStalled, .overBudget, .outdatedWire, .untrusted, .busy, .superseded, .unpaired, .evicted,
      .stopping,
      .disconnectRequested:
      [reason]
    }
  }
}

extension SessionError {
  fileprivate var text: StaticString {
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
}

extension ByeReason {
  fileprivate var logText: StaticString {
    switch self {
    case .untrusted: "peer_said_untrusted"
    case .busy: "peer_said_busy"
    case .superseded: "peer_said_superseded"
    case .unpaired: "peer_said_unpaired"
    case .stopping: "peer_said_stopping"
    case .unknown: "peer_said_something_unknown"
    }
  }
}
