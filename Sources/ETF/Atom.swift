import Basics

/// An Erlang atom: a bounded name, kept as the bytes of its UTF-8 form and never interned.
public struct Atom: Hashable, Sendable {
  /// OTP's bound, in characters.
  public static let maximumCharacters = 255

  /// The name in UTF-8, empty for the atom `''`.
  public let bytes: [UInt8]

  /// For names that are known to be atoms, such as constants. Traps above 1,020 bytes, the longest that 255 characters can be.
  public init(_ bytes: [UInt8]) {
    precondition(bytes.count <= 4 * Atom.maximumCharacters)
    self.bytes = bytes
  }

  /// For names from elsewhere: nil unless `bytes` are UTF-8 of at most 255 characters.
  public init?(validating bytes: [UInt8]) {
    guard let characters = UTF8Text.characterCount(bytes.span), characters <= Atom.maximumCharacters else { return nil }
    self.bytes = bytes
  }
}

extension Atom: ExpressibleByStringLiteral {
  public init(stringLiteral value: StaticString) {
    self.init(value.withUTF8Buffer { Array($0) })
  }
}
