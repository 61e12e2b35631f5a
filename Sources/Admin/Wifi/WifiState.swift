import Basics

/// How far the radio has come, after the supplicant's `wpa_state`.
public enum WifiState: Sendable, Equatable {
  /// No supplicant answers.
  case unreachable
  /// Not associated, and not looking.
  case disconnected
  /// The interface is down or the radio switched off.
  case interfaceDisabled
  /// No network is configured or enabled.
  case inactive
  /// Looking for a network.
  case scanning
  /// Proving itself to an access point.
  case authenticating
  /// Asking an access point in.
  case associating
  /// Associated, keys not agreed yet.
  case associated
  /// Agreeing on keys.
  case handshake
  /// Associated, keys in place: data flows.
  case completed
  /// The supplicant says something that this version does not know.
  case unknown

  init(wpaState: ArraySlice<UInt8>) {
    self =
      if wpaState.equals("COMPLETED") {
        .completed
      } else if wpaState.equals("DISCONNECTED") {
        .disconnected
      } else if wpaState.equals("INTERFACE_DISABLED") {
        .interfaceDisabled
      } else if wpaState.equals("INACTIVE") {
        .inactive
      } else if wpaState.equals("SCANNING") {
        .scanning
      } else if wpaState.equals("AUTHENTICATING") {
        .authenticating
      } else if wpaState.equals("ASSOCIATING") {
        .associating
      } else if wpaState.equals("ASSOCIATED") {
        .associated
      } else if wpaState.equals("4WAY_HANDSHAKE") || wpaState.equals("GROUP_HANDSHAKE") {
        .handshake
      } else {
        .unknown
      }
  }

  /// Its name in answers.
  public var name: StaticString {
    switch self {
    case .unreachable: "unreachable"
    case .disconnected: "disconnected"
    case .interfaceDisabled: "interface_disabled"
    case .inactive: "inactive"
    case .scanning: "scanning"
    case .authenticating: "authenticating"
    case .associating: "associating"
    case .associated: "associated"
    case .handshake: "handshake"
    case .completed: "completed"
    case .unknown: "unknown"
    }
  }
}
