import Sodium

/// What ties the records of the journal's file together: behind each stand the first 8 bytes of the SHA-256 of those behind the
/// record before it and the record's own checksum. A record that is missing in the middle shows by that.
struct OnceChain {
  /// Bytes behind each record.
  static var linkByteCount: Int { 8 }

  private var last = [UInt8](repeating: 0, count: linkByteCount)

  /// The bytes that belong behind the record, which is the last from now on.
  mutating func link(_ record: [UInt8]) -> [UInt8] {
    last = [UInt8](SHA256.hash(last + record.suffix(OnceRecord.sumCount)).bytes[..<Self.linkByteCount])
    return last
  }

  /// Takes what stands behind a record; whether it belongs there. The next one is held against it either way.
  mutating func take(_ link: [UInt8], behind record: [UInt8]) -> Bool {
    let isRight = self.link(record) == link
    last = link
    return isRight
  }
}
