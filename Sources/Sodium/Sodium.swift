import CSodium

/// Lets libsodium choose its implementations for this processor. Idempotent and safe from any thread.
///
/// Nobody has to remember it: every secret lives in a `SecretBytes`, whose only initializer calls this, and every
/// operation that depends on the choice (X25519, ChaCha20-Poly1305, the random stream) needs a secret.
func initialize() { _ = initialized }

private let initialized: Void = {
  precondition(sodium_init() >= 0, "libsodium cannot initialize")
}()

/// Whether two byte strings are equal, in a time that depends on their lengths only.
func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  left.count == right.count && sodium_memcmp(left, right, left.count) == 0
}

/// Overwrites a buffer that held a secret, such as a key file's bytes, in a way that no optimizer removes.
/// Copies of the array made before are not reached.
public func wipe(_ bytes: inout [UInt8]) {
  bytes.withUnsafeMutableBytes { sodium_memzero($0.baseAddress, $0.count) }
}

/// Why a key agreement or a decryption failed: always by what the peer sent.
public enum SodiumError: Error, Hashable, Sendable {
  /// The peer's public key has low order: the shared secret would be all zeros, known to everyone.
  case lowOrderPublicKey
  /// The message or its associated data is not what the owner of the key sealed.
  case authenticationFailed
}
