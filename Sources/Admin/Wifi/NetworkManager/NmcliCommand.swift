import PeerNet

/// Every call of `nmcli`, the command line of NetworkManager, that this agent makes: fixed words, the interface of the
/// board's profile, and the number of a connection that NetworkManager named itself. Nothing that a peer sent, and no
/// secret, can ever stand in its arguments: the type has no room for it.
public enum NmcliCommand: Equatable, Sendable {
  /// What the interface is, how it stands, by which connection and with which address.
  case device
  /// Whether the radio is switched on.
  case radio
  /// The access points that NetworkManager knows of.
  case networks
  /// The same after a fresh scan.
  case scan
  /// Leave the network and be back on it, by this connection; waits that many seconds for it.
  case activate(ConnectionIdentifier, wait: Int64)
  /// Be on a network again, by whichever connection fits; waits that many seconds for it.
  case connect(wait: Int64)
  /// Switch the radio off. NetworkManager remembers that over a reboot.
  case switchOff
  /// Switch the radio on.
  case switchOn

  /// Its arguments, without the program's name before them.
  public func arguments(interface: [UInt8]) -> [[UInt8]] {
    switch self {
    case .device:
      words("-t -e yes -c no -f GENERAL.TYPE,GENERAL.STATE,GENERAL.CON-UUID,IP4.ADDRESS device show") + [interface]
    case .radio: words("-t -e yes -c no -f WIFI-HW,WIFI radio all")
    case .networks: words(NmcliNetwork.list) + [interface] + words("--rescan no")
    case .scan: words(NmcliNetwork.list) + [interface] + words("--rescan yes")
    case .activate(let connection, let wait):
      words("-w") + [decimal(wait)] + words("connection up uuid") + [connection.bytes] + words("ifname") + [interface]
    case .connect(let wait): words("-w") + [decimal(wait)] + words("device connect") + [interface]
    case .switchOff: words("radio wifi off")
    case .switchOn: words("radio wifi on")
    }
  }

  private func decimal(_ number: Int64) -> [UInt8] {
    var text: [UInt8] = []
    text.append(decimal: number)
    return text
  }

  private func words(_ text: StaticString) -> [[UInt8]] {
    [UInt8](text)[...].parts(by: 0x20).map { [UInt8]($0) }
  }
}

/// A connection's UUID, `8-4-4-4-12` hexadecimal digits.
public struct ConnectionIdentifier: Equatable, Sendable {
  /// 36 bytes.
  public let bytes: [UInt8]

  /// Nil for anything that is not in that form.
  public init?(_ text: some Collection<UInt8>) {
    guard text.count == 36 else { return nil }
    for (position, byte) in text.enumerated() {
      switch position {
      case 8, 13, 18, 23: guard byte == 0x2d else { return nil }
      default: guard SupplicantValue.nibble(byte) != nil else { return nil }
      }
    }
    bytes = [UInt8](text)
  }
}
