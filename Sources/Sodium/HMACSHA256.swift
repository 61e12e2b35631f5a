import CSodium

public enum HMACSHA256 {
  /// The authentication tag of a message under a 32-byte key. Compare tags with `constantTimeEqual`.
  public static func tag(_ message: [UInt8], key: borrowing SecretKey) -> Digest {
    Digest { crypto_auth_hmacsha256($0, message, UInt64(message.count), key.storage.start) }
  }
}

/// The Noise specification's HKDF with two outputs (section 4.3).
public enum HKDF {
  /// Replaces the chaining key by HKDF's first output and returns the second.
  public static func ratchet(_ chainingKey: inout SecretKey, input: borrowing SecretKey) -> SecretKey {
    input.withUnsafeBytes { ratchet(&chainingKey, input: $0) }
  }

  /// Replaces the chaining key by HKDF's first output for an empty input and returns the second.
  public static func ratchet(_ chainingKey: inout SecretKey) -> SecretKey {
    ratchet(&chainingKey, input: UnsafeRawBufferPointer(start: nil, count: 0))
  }

  private static func ratchet(_ chainingKey: inout SecretKey, input: UnsafeRawBufferPointer) -> SecretKey {
    let temporary = SecretKey {
      crypto_auth_hmacsha256(
        $0, input.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(input.count), chainingKey.storage.start)
    }
    // Both outputs are tags under the same key, so its two blocks are hashed once.
    var keyed = crypto_auth_hmacsha256_state()
    crypto_auth_hmacsha256_init(&keyed, temporary.storage.start, SecretKey.byteCount)
    var state = keyed
    var counter: UInt8 = 1
    crypto_auth_hmacsha256_update(&state, &counter, 1)
    let first = SecretKey { crypto_auth_hmacsha256_final(&state, $0) }
    counter = 2
    crypto_auth_hmacsha256_update(&keyed, first.storage.start, UInt64(SecretKey.byteCount))
    crypto_auth_hmacsha256_update(&keyed, &counter, 1)
    let second = SecretKey { crypto_auth_hmacsha256_final(&keyed, $0) }
    sodium_memzero(&state, MemoryLayout.size(ofValue: state))
    sodium_memzero(&keyed, MemoryLayout.size(ofValue: keyed))
    chainingKey = first
    return second
  }
}
