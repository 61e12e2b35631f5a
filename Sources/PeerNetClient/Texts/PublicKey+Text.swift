import PeerNet
import Sodium

extension PublicKey: LosslessStringConvertible {
  /// Reads the 52 characters that a person types, copies or scans (Protocol, Keys); nil when they are no key.
  public init?(_ text: String) { self.init(text: Array(text.utf8)) }

  /// The 52 characters.
  public var description: String { String(decoding: text, as: UTF8.self) }

  /// The 16 characters that people compare by eye; no proof of anything.
  public var fingerprintText: String { String(decoding: fingerprint, as: UTF8.self) }
}
