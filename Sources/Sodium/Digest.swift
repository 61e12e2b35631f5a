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

  /// Lends the 32 bytes; they must not outlive the call.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try words.withUnsafeBytes(body)
  }
}
