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

/// How a call of `nmcli` went.
public struct NmcliOutcome: Equatable, Sendable {
  /// How it ended.
  public enum Ending: Equatable, Sendable {
    /// The program is not there, or could not be started.
    case absent
    /// It was killed at its deadline. What NetworkManager was told goes on.
    case timedOut
    /// By itself, with this code; 0 when it did what it was to do.
    case exited(Int32)
  }

  /// How it ended.
  public let ending: Ending
  /// What it wrote to standard output.
  public let output: [UInt8]
  /// What it wrote to standard error.
  public let errors: [UInt8]

  /// Of a call that wrote nothing, unless told otherwise.
  public init(_ ending: Ending, output: [UInt8] = [], errors: [UInt8] = []) {
    self.ending = ending
    self.output = output
    self.errors = errors
  }

  /// Whether it did what it was to do.
  public var isDone: Bool { ending == .exited(0) }

  /// Of ``NmcliCommand/device``: NetworkManager is on a network.
  public var tellsConnected: Bool { isDone && NmcliDevice(output)?.state == NmcliDevice.activated }

  /// Of ``NmcliCommand/device``: NetworkManager is on no network and does nothing about it.
  public var tellsIdle: Bool { isDone && NmcliDevice(output)?.state == 30 }

  /// nmcli stopped waiting, or was stopped.
  var isTimeout: Bool { ending == .exited(3) || ending == .timedOut }

  /// `enabled:disabled`, the switch of the hardware and that of NetworkManager.
  var tellsSwitchedOff: Bool { isDone && NmcliOutcome.holds(output, "disabled") }

  /// Why a call did not do what it was to do, by its exit code and, where that leaves it open, by the words that nmcli
  /// has for NetworkManager's own reason.
  var reason: WifiError.Reason {
    switch ending {
    case .absent, .exited(8): .managerAbsent
    case .timedOut: .managerSilent
    case .exited(3): .timeout
    case .exited: NmcliOutcome.reason(errors)
    }
  }

  private static func reason(_ errors: [UInt8]) -> WifiError.Reason {
    if holds(errors, "ot authorized") { return .notAuthorized }
    if holds(errors, "ecrets were required") { return .wrongKey }
    if holds(errors, "network could not be found") { return .networkNotFound }
    if holds(errors, "IP configuration") { return .noAddress }
    if holds(errors, "supplicant took too long") { return .noAnswer }
    if holds(errors, "supplicant") { return .notAssociated }
    return .managerRefused
  }

  private static func holds(_ bytes: [UInt8], _ text: StaticString) -> Bool {
    bytes.indices.contains { bytes[$0...].hasPrefix(text) }
  }
}
