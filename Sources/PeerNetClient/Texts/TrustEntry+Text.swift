import PeerNet

extension TrustEntry {
  /// The label for people.
  public var name: String { String(decoding: label, as: UTF8.self) }
}

extension Request {
  /// The name of the peer that asks, as the trust list has it.
  public var peerName: String { String(decoding: label, as: UTF8.self) }
}
