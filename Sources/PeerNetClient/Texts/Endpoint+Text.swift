import PeerNet

extension Endpoint: LosslessStringConvertible {
  /// Reads `192.0.2.7:4040`, `[2001:db8::7]:4040` or `[fe80::7%2]:4040`; nil for anything else, names among it.
  public init?(_ text: String) { self.init(text: Array(text.utf8)) }

  /// The address and port, as it is read.
  public var description: String { String(decoding: text, as: UTF8.self) }
}
