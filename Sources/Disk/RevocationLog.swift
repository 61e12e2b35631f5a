import Basics
import Sodium

/// The keys that were unpaired on this board: an area of the disk to which records of 64 bytes are only ever appended.
///
/// When the data partition is made anew from what was provisioned, a key in here does not come back.
public struct RevocationLog: Sendable {
  /// The keys in the order of their records; one that was revoked twice is in it twice.
  public let keys: [PublicKey]
  /// Where the next record goes, in bytes from the start of the area; nil when the area is full.
  public let firstFree: Int?

  /// Bytes of the area.
  public static var byteCount: Int { 1 << 20 }
  /// Bytes of a record.
  public static var recordByteCount: Int { 64 }

  private static var magic: StaticString { "RVK1" }
  private static var checkedByteCount: Int { 48 }

  /// Reads an area: what is not a whole record with the right checksum is passed over, and so is a rest of fewer than 64 bytes. Records
  /// count wherever they stand, also behind a gap: too many revocations lock out less than one too few lets in.
  public init(scanning area: [UInt8]) {
    var keys: [PublicKey] = []
    var firstFree: Int?
    var start = 0
    while start <= area.count - Self.recordByteCount {
      let record = area[start..<start + Self.recordByteCount]
      if record.allSatisfy({ $0 == 0 }) {
        if firstFree == nil { firstFree = start }
      } else if let key = Self.key(Array(record)) {
        keys.append(key)
      }
      start += Self.recordByteCount
    }
    self.keys = keys
    self.firstFree = firstFree
  }

  /// Whether the key was unpaired here at any time.
  public func contains(_ key: PublicKey) -> Bool { keys.contains(key) }

  /// The 64 bytes that revoke a key: `"RVK1" | u32 0 | key | u64 seconds | first 16 bytes of the SHA-256 of all that`.
  ///
  /// - Parameter seconds: since 1970, by the board's clock, which may be wrong; for the reader's eye only.
  public static func record(_ key: PublicKey, at seconds: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes += magic
    bytes.append(littleEndian: 0 as UInt32)
    key.withUnsafeBytes { bytes.append(contentsOf: $0) }
    bytes.append(littleEndian: seconds)
    bytes.append(contentsOf: SHA256.hash(bytes).bytes.prefix(recordByteCount - checkedByteCount))
    return bytes
  }

  private static func key(_ record: [UInt8]) -> PublicKey? {
    guard record.hasPrefix(magic), record.littleEndian(at: 4, as: UInt32.self) == 0,
      SHA256.hash(Array(record[..<checkedByteCount])).bytes.starts(with: record[checkedByteCount...])
    else { return nil }
    return PublicKey(Array(record[8..<40]))
  }
}
