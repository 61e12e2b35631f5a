import Sodium

/// The handshake's running hash, chaining key and cipher (Noise specification, section 5.2).
struct SymmetricState: ~Copyable {
  private(set) var hash: Digest
  private(set) var chainingKey: SecretKey
  /// None until the first key agreement.
  private(set) var cipher: CipherState?

  init(_ transcript: Transcript) {
    // The name is as long as a hash, so it is the first value as it stands.
    let name = [UInt8]("Noise_XX_25519_ChaChaPoly_SHA256".utf8)
    hash = Digest(name)!
    chainingKey = SecretKey(name)!
    cipher = nil
    switch transcript {
    case .peerNet1: break
    case .standard(let prologue): prologue.withUnsafeBytes { mixHash($0) }
    }
  }

  mutating func mixHash(_ bytes: UnsafeRawBufferPointer) {
    hash = SHA256.hash(hash, then: bytes)
  }

  mutating func mixHash(_ key: PublicKey) {
    key.withUnsafeBytes { mixHash($0) }
  }

  /// Mixes in the shared secret of our private and the peer's public key.
  mutating func mixKey(_ pair: borrowing KeyPair, _ peer: PublicKey) throws(NoiseError) {
    let secret: SecretKey
    do throws(SodiumError) {
      secret = try pair.sharedSecret(with: peer)
    } catch {
      throw .peerSentLowOrderKey
    }
    cipher = CipherState(key: HKDF.ratchet(&chainingKey, input: secret))
  }

  /// Encrypts `message[start...]`, if there is a key already, and mixes in what goes over the wire.
  mutating func encryptAndHash(_ message: inout [UInt8], from start: Int) throws(NoiseError) {
    if cipher != nil {
      let hash = hash
      try hash.withUnsafeBytes { (hash) throws(NoiseError) in
        try cipher!.seal(&message, from: start, authenticating: hash)
      }
    }
    message.withUnsafeBytes { mixHash(UnsafeRawBufferPointer(rebasing: $0[start...])) }
  }

  /// Decrypts `message[range]` where it lies, mixes in what came over the wire, and returns the plaintext's range.
  mutating func decryptAndHash(_ message: inout [UInt8], range: Range<Int>) throws(NoiseError) -> Range<Int> {
    let hash = hash
    message.withUnsafeBytes { mixHash(UnsafeRawBufferPointer(rebasing: $0[range])) }
    guard cipher != nil else { return range }
    return try hash.withUnsafeBytes { (hash) throws(NoiseError) in
      try cipher!.open(&message, range: range, authenticating: hash)
    }
  }

  /// The initiator's and the responder's sending keys. With a label, also a pair for use beside the channel:
  /// HKDF(ck, label, 2), the initiator's first.
  consuming func split(as side: Side, deriving label: [UInt8]) -> Split {
    let derived = label.isEmpty ? nil : DerivedKeys(from: chainingKey, label, as: side)
    let responder = HKDF.ratchet(&chainingKey)
    return Split(
      initiator: CipherState(key: chainingKey), responder: CipherState(key: responder), derived: derived,
      handshakeHash: hash.bytes)
  }

  enum Side { case initiator, responder }

  struct Split: ~Copyable {
    let initiator: CipherState
    let responder: CipherState
    let derived: DerivedKeys?
    let handshakeHash: [UInt8]
  }
}
