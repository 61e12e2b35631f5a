import PeerNet

extension Grants: LosslessStringConvertible {
  /// Reads `wifi.*,gpio.read,gpio.write:pump` or `*` (Protocol, Trust list); nil when an item is none of the four forms.
  public init?(_ text: String) { self.init(text: Array(text.utf8)) }

  /// The items as they stand behind `allow=`; empty for none.
  public var description: String { String(decoding: text, as: UTF8.self) }
}
