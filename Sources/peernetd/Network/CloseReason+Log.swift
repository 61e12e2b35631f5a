import PeerNet

extension CloseReason {
  /// `reason=` and what else is known.
  var fields: [LogField] {
    let reason = LogField.literal("reason", code)
    if case .wrongPeer(let key) = self { return [reason, LogField(key: "found", value: .publicKey(key))] }
    return [reason] + (errno.map { [.number("errno", Int64($0))] } ?? [])
  }
}
