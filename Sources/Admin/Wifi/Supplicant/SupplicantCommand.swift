import Basics

/// Every command that this agent can give wpa_supplicant. None carries a parameter but one number of the supplicant's own, so
/// nothing that a peer sent can ever reach the supplicant: the type has no room for it.
public enum SupplicantCommand: Hashable, Sendable {
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
  /// What is known of each access point, from that number of the supplicant's list on.
  case bss(from: UInt32)
  /// Read the configuration again, and associate anew.
  case reconfigure
  /// Associate anew.
  case reassociate
  /// End.
  case terminate

  /// The datagram on the control socket.
  public var text: [UInt8] {
    switch self {
    case .ping: return [UInt8]("PING")
    case .attach: return [UInt8]("ATTACH")
    case .status: return [UInt8]("STATUS")
    case .signalPoll: return [UInt8]("SIGNAL_POLL")
    case .scan: return [UInt8]("SCAN")
    case .scanResults: return [UInt8]("SCAN_RESULTS")
    case .bss(let first):
      // Number, address, frequency, level, flags and name of each, and a line behind it.
      var text = [UInt8]("BSS RANGE=")
      text.append(decimal: first)
      text += "- MASK=0x21887"
      return text
    case .reconfigure: return [UInt8]("RECONFIGURE")
    case .reassociate: return [UInt8]("REASSOCIATE")
    case .terminate: return [UInt8]("TERMINATE")
    }
  }
}
