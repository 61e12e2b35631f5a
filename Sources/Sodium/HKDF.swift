import CSodium

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

  /// Replaces the chaining key by HKDF's first output for an input that is no secret, and returns the second.
  public static func ratchet(_ chainingKey: inout SecretKey, input: UnsafeRawBufferPointer) -> SecretKey {
    // A hash state stands for its key, so every state is ours to wipe.
    var state = crypto_auth_hmacsha256_state()
    crypto_auth_hmacsha256_init(&state, chainingKey.storage.start, SecretKey.byteCount)
    crypto_auth_hmacsha256_update(
      &state, input.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(input.count))
    let temporary = SecretKey { crypto_auth_hmacsha256_final(&state, $0) }

    // Both outputs are tags under the temporary key, so its two blocks are hashed once.
    var keyed = crypto_auth_hmacsha256_state()
    crypto_auth_hmacsha256_init(&keyed, temporary.storage.start, SecretKey.byteCount)
    state = keyed
    var number: UInt8 = 1
    crypto_auth_hmacsha256_update(&state, &number, 1)
    let first = SecretKey { crypto_auth_hmacsha256_final(&state, $0) }
    number = 2
    crypto_auth_hmacsha256_update(&keyed, first.storage.start, UInt64(SecretKey.byteCount))
    crypto_auth_hmacsha256_update(&keyed, &number, 1)
    let second = SecretKey { crypto_auth_hmacsha256_final(&keyed, $0) }

    sodium_memzero(&state, MemoryLayout.size(ofValue: state))
    sodium_memzero(&keyed, MemoryLayout.size(ofValue: keyed))
    chainingKey = first
    return second
  }
}
