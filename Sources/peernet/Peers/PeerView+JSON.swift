import PeerNet

extension PeerView {
  /// What the manual page lists of the link.
  var json: [(name: String, value: JSON)] {
    [
      ("state", .string(state.rawValue)), ("state_ms", Self.milliseconds(age)), ("address", .optional(address)),
      ("last_address", .optional(lastAddress)), ("last_seen", lastSeen.map { .integer(Int64($0)) } ?? .null),
      ("wire", wire.map { .integer(Int64($0.rawValue)) } ?? .null), ("profile", .string("\(profile.name)")),
      ("round_trip_us", roundTrip.map { .integer($0.nanoseconds / 1_000) } ?? .null),
      ("silent_ms", Self.milliseconds(silence)), ("asked", .integer(Int64(asked))),
      ("unanswered", .integer(Int64(unanswered))), ("dial", dial?.json ?? .null),
      ("next_dial_ms", Self.milliseconds(dial?.wait)), ("last_end", last?.json ?? .null),
      ("disconnects", .array(disconnects.map(\.json))),
    ]
  }

  fileprivate static func milliseconds(_ duration: TimeSpan?) -> JSON {
    duration.map { .integer($0.milliseconds) } ?? .null
  }
}

extension PeerView.Dial {
  fileprivate var wait: TimeSpan? { if case .planned(let wait) = self { wait } else { nil } }

  fileprivate var json: JSON {
    switch self {
    case .underWay: .string("under_way")
    case .planned: .string("planned")
    case .noAddress: .string("no_address")
    }
  }
}

extension PeerView.End {
  fileprivate var json: JSON {
    let lasted: [(String, JSON)] = lasted.map { [("lasted_ms", PeerView.milliseconds($0))] } ?? []
    return .object([("reason", .string(reason.code)), ("ago_ms", PeerView.milliseconds(age))] + lasted)
  }
}

extension CloseReason {
  /// A stable word for scripts, the same as in the agent's log.
  var code: String {
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
    case .session: "protocol"
    case .wrongPeer: "wrong_peer"
    case .peerSaid(.untrusted): "peer_said_untrusted"
    case .peerSaid(.busy): "peer_said_busy"
    case .peerSaid(.superseded): "peer_said_superseded"
    case .peerSaid(.unpaired): "peer_said_unpaired"
    case .peerSaid(.stopping): "peer_said_stopping"
    case .peerSaid(.unknown): "peer_said_something_unknown"
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
}
