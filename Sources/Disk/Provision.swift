import Basics
import Sodium

/// What a board was given when it was flashed: its key, who is trusted first, its wifi and name. The laptop writes it,
/// twice; the field only reads it.
public struct Provision: Hashable, Sendable {
  /// A file's worth of bytes under a name.
  public struct Entry: Hashable, Sendable {
    /// 1 to 255 bytes, such as ``Provision/identity``.
    public let name: [UInt8]
    /// May hold secrets.
    public let contents: [UInt8]

    /// Nil unless the name has 1 to 255 bytes.
    public init?(name: [UInt8], contents: [UInt8]) {
      guard (1...255).contains(name.count) else { return nil }
      self.name = name
      self.contents = contents
    }
  }

  /// In the order of the record. Names that this release does not know are kept and otherwise ignored.
  public let entries: [Entry]

  /// Entries under a name each; of two with one name the first counts.
  public init(_ entries: [Entry]) { self.entries = entries }

  /// What stands under a name; nil when nothing does.
  public func contents(_ name: StaticString) -> [UInt8]? {
    entries.first { $0.name.equals(name) }?.contents
  }

  /// `identity.keys`: the board's key file, 71 bytes.
  public static var identity: StaticString { "identity.keys" }
  /// `trust`: who is trusted first, as the trust file.
  public static var trust: StaticString { "trust" }
  /// `hostname`: the board's name, without a newline.
  public static var hostname: StaticString { "hostname" }
  /// `wifi.conf`: country and networks, as in wpa_supplicant's configuration.
  public static var wifi: StaticString { "wifi.conf" }
  /// `board.conf`: settings of this one board's profile.
  public static var board: StaticString { "board.conf" }
}

/// Why a provision record is none, or cannot be made.
public enum ProvisionFault: Error, Hashable, Sendable {
  /// The area is empty: nothing was provisioned.
  case empty
  /// It does not begin with `PNPROV1` and a newline.
  case notARecord
  /// Longer than the area, or than the bytes that are there.
  case tooLarge
  /// The checksum is that of other bytes.
  case checksum
  /// An entry runs beyond the end, or has no name.
  case malformed
}

// MARK: The record

extension Provision {
  /// Bytes of an area, and so of the longest record.
  public static var maximumByteCount: Int { 512 << 10 }
  /// Bytes of a record before its payload.
  public static var headerByteCount: Int { 48 }

  private static var magic: StaticString { "PNPROV1\n" }

  /// Reads what stands in an area: `"PNPROV1\n" | u32 payload length | u32 0 | SHA-256 of the payload | payload`. Bytes behind the
  /// record are not looked at.
  public static func decode(_ area: [UInt8]) throws(ProvisionFault) -> Provision {
    guard area.contains(where: { $0 != 0 }) else { throw .empty }
    guard area.count >= headerByteCount, area.hasPrefix(magic), area.littleEndian(at: 12, as: UInt32.self) == 0 else {
      throw .notARecord
    }
    guard let length = Int(exactly: area.littleEndian(at: 8, as: UInt32.self)),
      length <= min(area.count, maximumByteCount) - headerByteCount
    else { throw .tooLarge }
    let payload = Array(area[headerByteCount..<headerByteCount + length])
    guard SHA256.hash(payload).bytes.elementsEqual(area[16..<headerByteCount]) else { throw .checksum }
    var entries: [Entry] = []
    var position = 0
    while position < payload.count {
      let nameStart = position + 1
      let nameEnd = nameStart + Int(payload[position])
      guard nameEnd > nameStart, nameEnd <= payload.count - 4,
        let length = Int(exactly: payload.littleEndian(at: nameEnd, as: UInt32.self)),
        length <= payload.count - nameEnd - 4,
        let entry = Entry(
          name: Array(payload[nameStart..<nameEnd]), contents: Array(payload[(nameEnd + 4)..<nameEnd + 4 + length]))
      else { throw .malformed }
      entries.append(entry)
      position = nameEnd + 4 + length
    }
    return Provision(entries)
  }

  /// The first of the two areas that holds a valid record. Nil when both are empty: this board was not provisioned. Throws the first
  /// area's fault when neither is valid, the second one's if the first is merely empty.
  public static func decode(first: [UInt8], second: [UInt8]) throws(ProvisionFault) -> Provision? {
    do throws(ProvisionFault) {
      return try decode(first)
    } catch {
      do throws(ProvisionFault) {
        return try decode(second)
      } catch let other {
        if error != .empty { throw error }
        if other != .empty { throw other }
        return nil
      }
    }
  }

  /// The record, to be written at the start of both areas; `tooLarge` when it does not fit.
  public func encode() throws(ProvisionFault) -> [UInt8] {
    var payload: [UInt8] = []
    for entry in entries {
      guard entry.contents.count <= Self.maximumByteCount,
        payload.count + entry.contents.count <= Self.maximumByteCount
      else { throw .tooLarge }
      payload.append(UInt8(truncatingIfNeeded: entry.name.count))
      payload.append(contentsOf: entry.name)
      payload.append(littleEndian: UInt32(entry.contents.count))
      payload.append(contentsOf: entry.contents)
    }
    guard payload.count <= Self.maximumByteCount - Self.headerByteCount else { throw .tooLarge }
    var bytes: [UInt8] = []
    bytes += Self.magic
    bytes.append(littleEndian: UInt32(payload.count))
    bytes.append(littleEndian: 0 as UInt32)
    bytes.append(contentsOf: SHA256.hash(payload).bytes)
    bytes.append(contentsOf: payload)
    return bytes
  }
}
