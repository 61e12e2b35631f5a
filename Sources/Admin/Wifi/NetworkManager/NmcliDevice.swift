import Basics

/// What `nmcli device show` tells of the interface, line by line as `KEY:value`.
struct NmcliDevice: Equatable, Sendable {
  /// NetworkManager's number for how far the interface has come (`NMDeviceState`).
  var state: Int64 = 0
  /// The connection that is in use.
  var connection: ConnectionIdentifier?
  /// IPv4, dotted.
  var address: [UInt8]?

  /// The connection is in use, address and all.
  static let activated: Int64 = 100

  /// Nil when NetworkManager leaves the interface alone, or it is no radio.
  init?(_ output: [UInt8]) {
    var isRadio = false
    for line in SupplicantLines(output) {
      guard let middle = line.firstIndex(of: 0x3a) else { continue }
      let (key, value) = (line[..<middle], line[(middle + 1)...])
      if key.equals("GENERAL.TYPE") {
        isRadio = value.equals("wifi")
      } else if key.equals("GENERAL.STATE") {
        // `100 (connected)`
        state = value.prefix { $0 != 0x20 }.signedDecimal ?? 0
      } else if key.equals("GENERAL.CON-UUID") {
        connection = ConnectionIdentifier(value)
      } else if key.equals("IP4.ADDRESS[1]") {
        address = SupplicantValue.address(value.prefix { $0 != 0x2f })
      }
    }
    guard isRadio, state > 10 else { return nil }
  }

  /// The radio is switched off, or its driver or supplicant is missing.
  var isUnavailable: Bool { state == 20 }

  /// NetworkManager is bringing the connection up.
  var isActivating: Bool { 40..<NmcliDevice.activated ~= state }

  /// What `wifi.status` tells: the state that a supplicant would be in.
  var status: WifiStatus {
    var status = WifiStatus()
    switch state {
    case 20: status.state = .interfaceDisabled
    case 30, 110, 120: status.state = .disconnected
    case 40, 50: status.state = .associating
    case 60: status.state = .authenticating
    case 70, 80, 90, NmcliDevice.activated: status.state = .completed
    default: status.state = .unknown
    }
    status.address = address
    return status
  }
}

extension WifiStatus {
  mutating func take(_ network: ScanEntry?) {
    guard let network else { return }
    ssid = network.ssid
    bssid = network.bssid
    frequency = network.frequency
    signal = network.signal
  }
}
