import CSodium

/// SHA-256 (FIPS 180-4).
public enum SHA256 {
  /// The hash of some bytes.
  public static func hash(_ bytes: [UInt8]) -> Digest {
    Digest { crypto_hash_sha256($0, bytes, UInt64(bytes.count)) }
  }

  /// The hash of one digest followed by some bytes.
  public static func hash(_ digest: Digest, then bytes: UnsafeRawBufferPointer) -> Digest {
    var state = crypto_hash_sha256_state()
    crypto_hash_sha256_init(&state)
    digest.withUnsafeBytes { update(&state, $0) }
    update(&state, bytes)
    return Digest { crypto_hash_sha256_final(&state, $0) }
  }

  fileprivate static func update(_ state: inout crypto_hash_sha256_state, _ bytes: UnsafeRawBufferPointer) {
    crypto_hash_sha256_update(
      &state, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
  }
}

/// SHA-256 of bytes that come piece by piece.
public struct SHA256Stream: Sendable {
  private var state = crypto_hash_sha256_state()

  /// Of no bytes yet.
  public init() { crypto_hash_sha256_init(&state) }

  /// Takes the next bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) { SHA256.update(&state, bytes) }

  /// Takes the next bytes.
  public mutating func update(_ bytes: ArraySlice<UInt8>) { bytes.withUnsafeBytes { update($0) } }

  /// The hash of all bytes that came; more may follow.
  public var digest: Digest {
    var copy = state
    return Digest { crypto_hash_sha256_final(&copy, $0) }
  }
}
