import Basics
import Sodium

/// What ties the records of the journal's file together: behind each stand the first 8 bytes of the SHA-256 of those behind the
/// record before it and the record's own checksum. A record that is missing in the middle shows by that.
struct OnceChain {
  /// How many bytes stand behind each record.
  static var linkByteCount: Int { 8 }

  private var last = [UInt8](repeating: 0, count: linkByteCount)

  /// Appends a record to the chain and returns the bytes that belong behind it.
  mutating func link(_ record: [UInt8]) -> [UInt8] {
    last = [UInt8](SHA256.hash(last + record.suffix(OnceRecord.sumCount)).bytes[..<Self.linkByteCount])
    return last
  }

  /// Checks the bytes that stand behind a record. The next record is checked against them, whether they were right or
  /// not.
  mutating func take(_ link: [UInt8], behind record: [UInt8]) -> Bool {
    let isRight = self.link(record) == link
    last = link
    return isRight
  }
}
