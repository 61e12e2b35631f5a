import CSodium

/// A SHA-256 or HMAC-SHA-256 result of 32 bytes, stored inline.
public struct Digest: Hashable, Sendable {
  let words: Words

  init(filledBy fill: (UnsafeMutablePointer<UInt8>) -> Void) { words = Words(filledBy: fill) }

  /// A chosen value, such as a protocol's name; nil unless there are exactly 32 bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    words = bytes.withUnsafeBytes { Words($0) }
  }

  /// The 32 bytes.
  public var bytes: [UInt8] { withUnsafeBytes { [UInt8]($0) } }

  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try words.withUnsafeBytes(body)
  }
}

public enum SHA256 {
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

  private static func update(_ state: inout crypto_hash_sha256_state, _ bytes: UnsafeRawBufferPointer) {
    crypto_hash_sha256_update(
      &state, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
  }
}
