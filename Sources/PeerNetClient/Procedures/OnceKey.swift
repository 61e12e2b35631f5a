/// What makes a call one and the same, however often it is asked: 16 bytes that nobody used before (Protocol, Once-only
/// calls).
///
///     let key = OnceKey()
///     let answer = try await node.call(board, "gpio.write", ["line": "pump", "value": 1].term, once: key)
///
/// Whoever keeps the key can ask again later, also from another process of the same identity.
public struct OnceKey: Hashable, Sendable, CustomStringConvertible {
  /// 16 of them.
  public let bytes: [UInt8]

  /// A new one.
  public init() {
    var random = SystemRandomNumberGenerator()
    bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
  }

  /// One that was kept; nil unless there are 16 bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// One that was written down as ``description``.
  public init?(_ text: String) {
    let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue.map { UInt8($0) } }
    guard digits.count == 32, text.utf8.count == 32 else { return nil }
    bytes = stride(from: 0, to: 32, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  /// 32 hexadecimal digits.
  public var description: String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
