import CSodium

/// ChaCha20-Poly1305 (RFC 8439), in place. The nonce is Noise's: four zero bytes and a 64-bit little-endian counter.
public enum ChaCha20Poly1305 {
  /// 16: what sealing adds to a message.
  public static var tagByteCount: Int { 16 }

  /// The tag of a sealed message, 16 bytes as they lie in memory.
  public typealias Tag = (UInt64, UInt64)

  /// Encrypts a message where it lies and returns its tag. A (key, counter) pair must be used once only.
  public static func seal(
    _ message: UnsafeMutableRawBufferPointer, authenticating associated: UnsafeRawBufferPointer,
    key: borrowing SecretKey, counter: UInt64
  ) -> Tag {
    var tag: Tag = (0, 0)
    let key = key.storage.start
    withUnsafeMutableBytes(of: &tag) { tag in
      // An empty message may have no address, but C wants one.
      let start = (message.baseAddress ?? tag.baseAddress!).assumingMemoryBound(to: UInt8.self)
      withNonce(counter) { nonce in
        // It fails for messages above 256 GiB only.
        let status = crypto_aead_chacha20poly1305_ietf_encrypt_detached(
          start, tag.baseAddress!.assumingMemoryBound(to: UInt8.self), nil, start, UInt64(message.count),
          associated.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(associated.count), nil, nonce, key)
        precondition(status == 0)
      }
    }
    return tag
  }

  /// Verifies a message that ends with its tag and decrypts what stands before the tag where it lies.
  /// After an error those bytes are zeros or as they were.
  public static func open(
    _ sealed: UnsafeMutableRawBufferPointer, authenticating associated: UnsafeRawBufferPointer,
    key: borrowing SecretKey, counter: UInt64
  ) throws(SodiumError) {
    guard sealed.count >= tagByteCount, let base = sealed.baseAddress else { throw .authenticationFailed }
    let start = base.assumingMemoryBound(to: UInt8.self)
    let count = sealed.count - tagByteCount
    let key = key.storage.start
    let status = withNonce(counter) { nonce in
      crypto_aead_chacha20poly1305_ietf_decrypt_detached(
        start, nil, start, UInt64(count), start + count,
        associated.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(associated.count), nonce, key)
    }
    guard status == 0 else { throw .authenticationFailed }
  }

  private static func withNonce<Result>(_ counter: UInt64, _ body: (UnsafePointer<UInt8>) -> Result) -> Result {
    let nonce: (UInt32, UInt32, UInt32) = (
      0, UInt32(truncatingIfNeeded: counter).littleEndian, UInt32(truncatingIfNeeded: counter >> 32).littleEndian
    )
    return withUnsafeBytes(of: nonce) { body($0.baseAddress!.assumingMemoryBound(to: UInt8.self)) }
  }
}
