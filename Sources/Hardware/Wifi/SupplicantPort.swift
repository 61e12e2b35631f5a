import Admin

/// Where wpa_supplicant's control socket is, or something that behaves like one.
protocol SupplicantPort: AnyObject {
  /// A connection of its own, so that nobody else's replies come on it; nil when nobody listens. The closures are called
  /// from the loop, never from within a call, and not after ``SupplicantConnection/close()``.
  func connect(
    onDatagram: @escaping ([UInt8]) -> Void, onLost: @escaping () -> Void
  ) -> (any SupplicantConnection)?

  /// Whether there is no connection because this process lacks the permission.
  var isForbidden: Bool { get }
}

extension SupplicantPort {
  var isForbidden: Bool { false }
}

protocol SupplicantConnection: AnyObject {
  /// False when the supplicant is gone. A socket that is full counts as sent: no reply will come.
  func send(_ command: SupplicantCommand) -> Bool
  func close()
}
