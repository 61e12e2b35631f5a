import PeerNet
import Sodium

/// One record of the journal's file:
/// `"CALL" | u16 n | n bytes | first 8 bytes of the SHA-256 of the two before`, numbers little-endian.
///
/// | first of the n bytes | the rest |
/// |---|---|
/// | 1, started | caller's key, 32; call's key, 16; binding, 16; u64 seconds since 1970; boot identifier |
/// | 2, finished | caller's key, 32; call's key, 16; the reply in Erlang's format |
///
/// Of any other kind nothing is known, and it is passed over.
struct OnceRecord {
  enum Content {
    case started(OnceRun)
    case finished(reply: [UInt8])
    case other
  }

  let caller: PublicKey
  let key: [UInt8]
  let content: Content
  /// In the file.
  let byteCount: Int

  private static var magic: StaticString { "CALL" }
  private static var headCount: Int { 6 }
  private static var sumCount: Int { 8 }
  private static var whoCount: Int { 1 + PublicKey.byteCount + OnceCall.keyByteCount }

  /// The record at `offset`; nil where none stands that is whole and right.
  init?(_ bytes: [UInt8], at offset: Int) {
    let rest = bytes[offset...]
    guard rest.count >= Self.headCount + Self.whoCount + Self.sumCount, rest.hasPrefix(Self.magic) else { return nil }
    let count = Int(bytes[offset + 4]) | Int(bytes[offset + 5]) << 8
    guard count >= Self.whoCount, rest.count >= Self.headCount + count + Self.sumCount else { return nil }
    let body = offset + Self.headCount
    let end = body + count
    guard Self.sum([UInt8](bytes[offset..<end])).elementsEqual(bytes[end..<end + Self.sumCount]),
      let caller = PublicKey([UInt8](bytes[body + 1..<body + 33]))
    else { return nil }
    self.caller = caller
    key = [UInt8](bytes[body + 33..<body + Self.whoCount])
    byteCount = Self.headCount + count + Self.sumCount
    let own = [UInt8](bytes[body + Self.whoCount..<end])
    switch bytes[body] {
    case 1 where own.count >= 24:
      var seconds: UInt64 = 0
      for byte in own[16..<24].reversed() { seconds = seconds << 8 | UInt64(byte) }
      content = .started(
        OnceRun(
          binding: [UInt8](own[..<16]), seconds: Int64(bitPattern: seconds), bootIdentifier: [UInt8](own[24...])))
    case 2: content = .finished(reply: own)
    default: content = .other
    }
  }

  static func started(_ caller: PublicKey, _ key: [UInt8], _ run: OnceRun) -> [UInt8] {
    var own = run.binding
    let seconds = UInt64(bitPattern: run.seconds)
    for shift in stride(from: 0, to: 64, by: 8) { own.append(UInt8(truncatingIfNeeded: seconds >> UInt64(shift))) }
    own.append(contentsOf: run.bootIdentifier)
    return bytes(1, caller, key, own)
  }

  static func finished(_ caller: PublicKey, _ key: [UInt8], reply: [UInt8]) -> [UInt8] {
    bytes(2, caller, key, reply)
  }

  private static func bytes(_ kind: UInt8, _ caller: PublicKey, _ key: [UInt8], _ own: [UInt8]) -> [UInt8] {
    let count = whoCount + own.count
    var bytes = [UInt8](magic)
    bytes.append(UInt8(truncatingIfNeeded: count))
    bytes.append(UInt8(truncatingIfNeeded: count >> 8))
    bytes.append(kind)
    caller.withUnsafeBytes { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: key)
    bytes.append(contentsOf: own)
    bytes.append(contentsOf: sum(bytes))
    return bytes
  }

  private static func sum(_ bytes: [UInt8]) -> ArraySlice<UInt8> { SHA256.hash(bytes).bytes.prefix(sumCount) }
}
