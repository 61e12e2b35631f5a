import CSodium

/// An X25519 key pair.
public struct KeyPair: ~Copyable, Sendable {
  /// What others know this key pair by; derived from the private key, never given.
  public let publicKey: PublicKey
  private let privateKey: SecretKey

  /// Takes a private key over and computes its public half.
  public init(privateKey: consuming SecretKey) {
    let words = Words { start in
      // Multiplying the base point has no failing input.
      let status = crypto_scalarmult_curve25519_base(start, privateKey.storage.start)
      precondition(status == 0)
    }
    publicKey = words.withUnsafeBytes { PublicKey($0)! }
    self.privateKey = privateKey
  }

  /// A fresh pair whose private half is the stream's next 32 bytes.
  public static func generate(from random: inout RandomStream) -> KeyPair {
    KeyPair(privateKey: random.secretKey())
  }

  /// X25519 of our private and the peer's public key. An all-zero result is refused.
  public borrowing func sharedSecret(with peer: PublicKey) throws(SodiumError) -> SecretKey {
    var status: Int32 = -1
    let secret = SecretKey { start in
      status = peer.withUnsafeBytes { key in
        crypto_scalarmult_curve25519(
          start, privateKey.storage.start, key.baseAddress!.assumingMemoryBound(to: UInt8.self))
      }
    }
    guard status == 0 else { throw .lowOrderPublicKey }
    return secret
  }

  /// Lends the private half to the writer of a key file; it must not outlive the call.
  public borrowing func withPrivateKey<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try privateKey.withUnsafeBytes(body)
  }
}
