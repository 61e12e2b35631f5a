import PeerNet
import Sodium

/// The records of the journal's file:
/// `"CALL" | u16 n | n bytes | first 8 bytes of the SHA-256 of all that`, numbers little-endian; ``OnceChain`` ties them together.
///
/// | first of the n bytes | the rest |
/// |---|---|
/// | 1, started | caller's key, 32; call's key, 16; binding, 16; u64 seconds since 1970; boot identifier |
/// | 2, finished | caller's key, 32; call's key, 16; the reply in Erlang's format |
///
/// Of any other kind nothing is known, and it is passed over.
enum OnceRecord {
  static var started: UInt8 { 1 }
  static var finished: UInt8 { 2 }

  /// Where in a record its kind stands.
  static var kind: Int { 6 }
  /// Where it says whose call it is about.
  static var who: Range<Int> { 7..<55 }
  static var caller: Range<Int> { 7..<39 }
  /// Where a start has its own.
  static var binding: Range<Int> { 55..<71 }
  static var seconds: Range<Int> { 71..<79 }
  /// What a record is at least: a reply may be of any length.
  static func minimum(_ kind: UInt8) -> Int { kind == started ? 79 : 55 }

  private static var magic: StaticString { "CALL" }
  static var sumCount: Int { 8 }

  /// The record at `offset`; nil where none stands that is whole and right.
  static func read(_ bytes: [UInt8], at offset: Int) -> [UInt8]? {
    guard bytes.count - offset > 6, bytes[offset...].hasPrefix(magic) else { return nil }
    let end = offset + 6 + Int(bytes[offset + 4]) + Int(bytes[offset + 5]) << 8
    guard end + sumCount <= bytes.count else { return nil }
    let record = [UInt8](bytes[offset..<end + sumCount])
    guard end - offset > kind, end - offset >= minimum(record[kind]),
      sealed([UInt8](record.dropLast(sumCount))) == record
    else { return nil }
    return record
  }

  /// Whether the bytes from `offset` to the end are what a power cut leaves of a record that was being appended: its beginning, or
  /// zeros in its place.
  static func isCut(_ bytes: [UInt8], at offset: Int) -> Bool {
    var end = bytes.count
    while end > offset, bytes[end - 1] == 0 { end -= 1 }
    if end == offset { return true }
    let count = bytes.count - offset
    let magic = [UInt8](magic)
    for index in 0..<min(count, magic.count) where bytes[offset + index] != magic[index] { return false }
    guard count >= 6 else { return true }
    return count < 6 + Int(bytes[offset + 4]) + Int(bytes[offset + 5]) << 8 + sumCount + OnceChain.linkByteCount
  }

  /// What stands behind ``who``, without the checksum.
  static func own(_ record: [UInt8], from index: Int) -> [UInt8] {
    [UInt8](record[index..<record.count - sumCount])
  }

  static func bytes(_ kind: UInt8, _ who: [UInt8], _ own: [UInt8]) -> [UInt8] {
    let count = 1 + who.count + own.count
    var bytes = [UInt8](magic)
    bytes.append(UInt8(truncatingIfNeeded: count))
    bytes.append(UInt8(truncatingIfNeeded: count >> 8))
    bytes.append(kind)
    bytes += who
    bytes += own
    return sealed(bytes)
  }

  private static func sealed(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](SHA256.hash(bytes).bytes[..<sumCount])
  }
}
