/// The name of a host on its network, without a domain: 1 to 63 letters, digits and inner hyphens (RFC 1123).
package struct HostName: Hashable, Sendable {
  /// As it was given.
  package let text: String

  init(_ text: String) throws(InvalidSetting) {
    let bytes = Array(text.utf8)
    guard 1...63 ~= bytes.count else { throw InvalidSetting("a host name has 1 to 63 characters") }
    guard bytes.allSatisfy({ Self.isInner($0) }), bytes.first != Self.hyphen, bytes.last != Self.hyphen else {
      throw InvalidSetting("a host name has letters, digits and, between them, hyphens")
    }
    self.text = text
  }

  private static let hyphen = UInt8(ascii: "-")

  private static func isInner(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: byte == hyphen
    }
  }
}
