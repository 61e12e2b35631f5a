/// Every command that this agent can give wpa_supplicant. None carries a parameter, so nothing that a peer sent can
/// ever reach the supplicant: the type has no room for it.
public enum SupplicantCommand: UInt8, Sendable, CaseIterable {
  /// Is it there? It answers `PONG`.
  case ping
  /// Send events to this socket.
  case attach
  /// State, network and address.
  case status
  /// Signal and frequency.
  case signalPoll
  /// Begin a scan; its end is an event.
  case scan
  /// What the last scan found.
  case scanResults
  /// Read the configuration again, and associate anew.
  case reconfigure
  /// Associate anew.
  case reassociate
  /// End.
  case terminate

  /// The datagram on the control socket.
  public var text: StaticString {
    switch self {
    case .ping: "PING"
    case .attach: "ATTACH"
    case .status: "STATUS"
    case .signalPoll: "SIGNAL_POLL"
    case .scan: "SCAN"
    case .scanResults: "SCAN_RESULTS"
    case .reconfigure: "RECONFIGURE"
    case .reassociate: "REASSOCIATE"
    case .terminate: "TERMINATE"
    }
  }
}
