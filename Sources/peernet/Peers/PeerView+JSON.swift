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
    return .object([("reason", .string("\(reason.code)")), ("ago_ms", PeerView.milliseconds(age))] + lasted)
  }
}
