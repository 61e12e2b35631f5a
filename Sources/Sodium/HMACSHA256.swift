import CSodium

/// HMAC-SHA-256 (RFC 2104).
enum HMACSHA256 {
  /// The authentication tag of a message under a 32-byte key. Compare tags with `constantTimeEqual`.
  static func tag(_ message: [UInt8], key: borrowing SecretKey) -> Digest {
    Digest { crypto_auth_hmacsha256($0, message, UInt64(message.count), key.storage.start) }
  }
}
