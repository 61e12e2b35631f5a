import Sodium

/// One direction's key and counter (Noise specification, section 5.1).
public struct CipherState: ~Copyable, Sendable {
  /// What a sealed message is longer than its plaintext.
  public static var tagByteCount: Int { ChaCha20Poly1305.tagByteCount }

  let key: SecretKey
  /// The next message's counter; `UInt64.max` is reserved and means that the key is used up.
  public private(set) var counter: UInt64

  init(key: consuming SecretKey, counter: UInt64 = 0) {
    self.key = key
    self.counter = counter
  }

  /// Encrypts `buffer[start...]` where it lies and appends the tag. Allocates only if the buffer lacks room for it.
  public mutating func seal(_ buffer: inout [UInt8], from start: Int) throws(NoiseError) {
    try seal(&buffer, from: start, authenticating: UnsafeRawBufferPointer(start: nil, count: 0))
  }

  /// Verifies and decrypts `buffer[range]`, which ends with the tag, where it lies, and returns the plaintext's range.
  /// The counter advances on success only; a failure leaves the ciphertext unusable.
  public mutating func open(_ buffer: inout [UInt8], range: Range<Int>) throws(NoiseError) -> Range<Int> {
    try open(&buffer, range: range, authenticating: UnsafeRawBufferPointer(start: nil, count: 0))
  }

  mutating func seal(
    _ buffer: inout [UInt8], from start: Int, authenticating associated: UnsafeRawBufferPointer
  ) throws(NoiseError) {
    guard counter != .max else { throw .counterExhausted }
    let tag = buffer.withUnsafeMutableBytes {
      ChaCha20Poly1305.seal(
        UnsafeMutableRawBufferPointer(rebasing: $0[start...]), authenticating: associated, key: key, counter: counter)
    }
    counter += 1
    withUnsafeBytes(of: tag) { buffer.append(contentsOf: $0) }
  }

  mutating func open(
    _ buffer: inout [UInt8], range: Range<Int>, authenticating associated: UnsafeRawBufferPointer
  ) throws(NoiseError) -> Range<Int> {
    guard counter != .max else { throw .counterExhausted }
    guard range.count >= Self.tagByteCount else { throw .peerSentMalformedMessage }
    do throws(SodiumError) {
      try buffer.withUnsafeMutableBufferPointer { (bytes) throws(SodiumError) in
        try ChaCha20Poly1305.open(
          UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: bytes[range])),
          authenticating: associated, key: key, counter: counter)
      }
    } catch {
      throw .peerSentForgedMessage
    }
    counter += 1
    return range.lowerBound..<range.upperBound - Self.tagByteCount
  }
}
