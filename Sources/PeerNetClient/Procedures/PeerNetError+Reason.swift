import ETF

extension PeerNetError {
  /// What the peer's reason names itself by: an atom such as `forbidden` or `no_such_handle`, or what stands before the
  /// colon of `busy: too many calls`. Nil when the peer gave no reason of either form.
  ///
  ///     do { try await device.gpio.write("pump", true) } catch let error as PeerNetError where error.code == "forbidden" {
  ///       …
  ///     }
  public var code: String? {
    guard case .remote(let reason) = self else { return nil }
    if let atom = reason.atomBytes { return String(validating: atom, as: UTF8.self) }
    return Self.parts(reason)?.code
  }

  /// The peer's words for people, of `busy: too many calls` those behind the colon. They may hold any character. Nil
  /// when the peer gave none.
  public var message: String? {
    guard case .remote(let reason) = self else { return nil }
    return Self.parts(reason)?.message ?? reason.binaryBytes.map { String(decoding: $0, as: UTF8.self) }
  }

  /// A binary `code: message`.
  private static func parts(_ reason: Term) -> (code: String, message: String)? {
    guard let bytes = reason.binaryBytes, let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
      1...64 ~= colon, bytes[..<colon].allSatisfy({ 0x61...0x7A ~= $0 || $0 == UInt8(ascii: "_") })
    else { return nil }
    let message = bytes[(colon + 1)...].drop { $0 == UInt8(ascii: " ") }
    return (String(decoding: bytes[..<colon], as: UTF8.self), String(decoding: message, as: UTF8.self))
  }
}
