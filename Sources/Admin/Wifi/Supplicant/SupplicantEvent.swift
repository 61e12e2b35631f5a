import Basics

/// The events that say something about a restart or a scan.
public enum SupplicantEvent: Equatable, Sendable {
  /// `CTRL-EVENT-CONNECTED`: associated, keys in place.
  case connected
  /// `CTRL-EVENT-DISCONNECTED`
  case disconnected
  /// `CTRL-EVENT-TERMINATING`: the supplicant ends.
  case terminating
  /// `CTRL-EVENT-SCAN-RESULTS`: a scan is through.
  case scanResults
  /// `CTRL-EVENT-SCAN-FAILED`; whether the supplicant itself tries again, and whether the radio was only busy.
  case scanFailed(isRetried: Bool, isBusy: Bool)
  /// `CTRL-EVENT-NETWORK-NOT-FOUND`: no configured network is in range.
  case networkNotFound
  /// The access point rejected association or authentication, or the network is disabled for a while.
  case rejected
  /// The access point did not answer.
  case noAnswer
  /// The network is disabled for a while after a wrong key.
  case wrongKey
  /// Any other; it only shows that the supplicant lives.
  case other

  init(_ bytes: ArraySlice<UInt8>) {
    if bytes.hasPrefix("CTRL-EVENT-CONNECTED") {
      self = .connected
    } else if bytes.hasPrefix("CTRL-EVENT-DISCONNECTED") {
      self = .disconnected
    } else if bytes.hasPrefix("CTRL-EVENT-TERMINATING") {
      self = .terminating
    } else if bytes.hasPrefix("CTRL-EVENT-SCAN-RESULTS") {
      self = .scanResults
    } else if bytes.hasPrefix("CTRL-EVENT-SCAN-FAILED") {
      self = .scanFailed(
        isRetried: SupplicantEvent.tells("retry=1", bytes), isBusy: SupplicantEvent.tells("ret=-16", bytes))
    } else if bytes.hasPrefix("CTRL-EVENT-NETWORK-NOT-FOUND") {
      self = .networkNotFound
    } else if bytes.hasPrefix("CTRL-EVENT-ASSOC-REJECT") || bytes.hasPrefix("CTRL-EVENT-AUTH-REJECT") {
      self = SupplicantEvent.tellsSilence(bytes) ? .noAnswer : .rejected
    } else if bytes.hasPrefix("CTRL-EVENT-SSID-TEMP-DISABLED") {
      self =
        if SupplicantEvent.tells("reason=WRONG_KEY", bytes) {
          .wrongKey
        } else if SupplicantEvent.tells("reason=CONN_FAILED", bytes) {
          // A rejection by the access point has its own message, which came before this one.
          .noAnswer
        } else {
          .rejected
        }
    } else {
      self = .other
    }
  }

  /// `timeout` or `timeout=WHERE` of a kernel that waited in vain; status 16 says the same of the access point, and is what
  /// radios with firmware of their own report when nobody answers.
  private static func tellsSilence(_ bytes: ArraySlice<UInt8>) -> Bool {
    tells("status_code=16", bytes) || words(bytes).contains { $0.hasPrefix("timeout") }
  }

  private static func tells(_ word: StaticString, _ bytes: ArraySlice<UInt8>) -> Bool {
    words(bytes).contains { $0.equals(word) }
  }

  private static func words(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] { bytes.prefix(256).parts(by: 0x20) }
}
