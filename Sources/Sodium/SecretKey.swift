import CSodium

/// 32 secret bytes: a private key, a shared secret, a chaining or a cipher key. Cannot be copied, wipes itself.
public struct SecretKey: ~Copyable, Sendable {
  /// 32
  public static var byteCount: Int { 32 }

  let storage: SecretBytes

  /// Filled by a function that writes all 32 bytes.
  init(filledBy fill: (UnsafeMutablePointer<UInt8>) -> Void) {
    storage = SecretBytes(count: Self.byteCount)
    fill(storage.start)
  }

  /// Copies 32 bytes; nil for any other count. The source remains the caller's to wipe.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == Self.byteCount, let source = bytes.baseAddress else { return nil }
    self.init { UnsafeMutableRawPointer($0).copyMemory(from: source, byteCount: Self.byteCount) }
  }

  /// Copies 32 bytes; nil for any other count. The source remains the caller's to wipe.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.init { $0.update(from: bytes, count: Self.byteCount) }
  }

  /// Lends the bytes to a writer of key files or to a C function; they must not outlive the call.
  public borrowing func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: storage.start, count: Self.byteCount))
  }

  /// Compares in constant time.
  public borrowing func equals(_ other: borrowing SecretKey) -> Bool {
    sodium_memcmp(storage.start, other.storage.start, Self.byteCount) == 0
  }
}
