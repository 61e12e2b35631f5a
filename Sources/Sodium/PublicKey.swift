/// An X25519 public key, a peer's address. Stored inline; ordered as its bytes are.
public struct PublicKey: Hashable, Comparable, Sendable {
  /// 32
  public static var byteCount: Int { 32 }

  private let words: Words

  /// The first eight bytes as a big-endian number, the next eight, and so on.
  public init(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
    words = Words(
      first: first.bigEndian, second: second.bigEndian, third: third.bigEndian, fourth: fourth.bigEndian)
  }

  /// Nil unless there are exactly 32 bytes. Any 32 bytes are taken: what has low order shows in the key agreement.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == Self.byteCount else { return nil }
    words = Words(bytes)
  }

  /// Nil unless there are exactly 32 bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    words = bytes.withUnsafeBytes { Words($0) }
  }

  /// The 32 bytes.
  public var bytes: [UInt8] { withUnsafeBytes { [UInt8]($0) } }

  /// Lends the 32 bytes; they must not outlive the call.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try words.withUnsafeBytes(body)
  }

  public static func < (left: PublicKey, right: PublicKey) -> Bool { left.words < right.words }
}
