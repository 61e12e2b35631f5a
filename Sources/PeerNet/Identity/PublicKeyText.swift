import Sodium

extension PublicKey {
  /// The 52-character text form, for files and QR codes (Protocol, Keys).
  public var text: [UInt8] { Base32.encode(bytes) }

  static let textLength = 52

  /// Reads the 52-character text form, in either case. Nil for anything else, a non-zero remainder of bits included.
  public init?(text: [UInt8]) {
    guard text.count == Self.textLength, let bytes = Base32.decode(text) else { return nil }
    self.init(bytes)
  }

  /// Sixteen hex digits for the eye: the first eight bytes of the key's SHA-256. Never compared by a program.
  public var fingerprint: [UInt8] {
    var text: [UInt8] = []
    for byte in SHA256.hash(bytes).bytes.prefix(8) {
      text.append(hexadecimal: UInt64(byte), width: 2)
    }
    return text
  }
}
