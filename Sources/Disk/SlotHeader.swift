import Basics
import Sodium

/// The 4 KiB between the two parts of a slot image: what is in it, for which board, and its hash.
///
/// A slot image is a squashfs, padded to 4 KiB, this header, and what U-Boot starts, kernel and initrd, padded to sectors.
/// U-Boot finds the header with the length in the squashfs's superblock. A file of a slot image begins with a copy of the
/// header: whoever gets the file as a stream knows what it is before anything is overwritten.
public struct SlotHeader: Hashable, Sendable {
  /// The squashfs with its padding, in sectors; the header stands behind it.
  public let squashfsSectors: UInt32
  /// What U-Boot starts, with its padding, in sectors. This module does not look into it.
  public let fitSectors: UInt32
  /// 1 to 31 bytes of printable ASCII.
  public let version: [UInt8]
  /// The board's name, such as `rpi4`; 1 to 31 bytes of printable ASCII.
  public let board: [UInt8]
  /// SHA-256 of the squashfs and of what U-Boot starts, each with its padding.
  public let contentHash: Digest

  /// Bytes of a header.
  public static var byteCount: Int { 4_096 }

  private static var magic: StaticString { "PNSLOT1\n" }
  private static var textByteCount: Int { 32 }
  private static var hashStart: Int { byteCount - 32 }

  /// Throws what ``init(decoding:)`` would throw for such a header.
  public init(
    squashfsSectors: UInt32, fitSectors: UInt32, version: [UInt8], board: [UInt8], contentHash: Digest
  ) throws(SlotImageFault) {
    guard squashfsSectors > 0, Int(squashfsSectors) % (DiskLayout.block / DiskLayout.sector) == 0, fitSectors > 0 else {
      throw .malformedHeader
    }
    guard Self.isText(version), Self.isText(board) else { throw .malformedHeader }
    self.squashfsSectors = squashfsSectors
    self.fitSectors = fitSectors
    self.version = version
    self.board = board
    self.contentHash = contentHash
    guard imageByteCount <= DiskLayout.slot(.a).byteCount else { throw .tooLarge(imageByteCount) }
  }

  /// Reads the copy at the start of a file of a slot image.
  ///
  /// - Parameter file: the file's first bytes, 4,096 unless it is shorter.
  public init(startOf file: [UInt8]) throws(SlotImageFault) {
    let isBegun = Self.magic.withUTF8Buffer { $0.starts(with: file.prefix($0.count)) }
    if file.count < Self.byteCount, isBegun { throw .truncated(UInt64(file.count)) }
    try self.init(decoding: file)
  }

  /// Reads the 4,096 bytes. What a later release puts behind the hash of the contents is passed over.
  public init(decoding bytes: [UInt8]) throws(SlotImageFault) {
    guard bytes.count == Self.byteCount, bytes.hasPrefix(Self.magic) else { throw .noHeader }
    guard SHA256.hash(Array(bytes[..<Self.hashStart])).bytes.elementsEqual(bytes[Self.hashStart...]) else {
      throw .headerChecksum
    }
    guard let version = Self.text(bytes[16..<48]), let board = Self.text(bytes[48..<80]),
      let hash = Digest(Array(bytes[80..<112]))
    else { throw .malformedHeader }
    try self.init(
      squashfsSectors: bytes.littleEndian(at: 12, as: UInt32.self),
      fitSectors: bytes.littleEndian(at: 8, as: UInt32.self),
      version: version, board: board, contentHash: hash)
  }

  /// The 4,096 bytes.
  public func encode() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes += Self.magic
    bytes.append(littleEndian: fitSectors)
    bytes.append(littleEndian: squashfsSectors)
    bytes.append(contentsOf: version)
    bytes.pad(to: 16 + Self.textByteCount)
    bytes.append(contentsOf: board)
    bytes.pad(to: 16 + 2 * Self.textByteCount)
    contentHash.withUnsafeBytes { bytes.append(contentsOf: $0) }
    bytes.pad(to: Self.hashStart)
    bytes.append(contentsOf: SHA256.hash(bytes).bytes)
    return bytes
  }

  /// Where the header stands in the image, in bytes.
  public var offset: UInt64 { UInt64(squashfsSectors) * UInt64(DiskLayout.sector) }
  /// Bytes of the whole image, as it stands in a slot; its file is longer by the copy of the header.
  public var imageByteCount: UInt64 {
    (UInt64(squashfsSectors) + UInt64(fitSectors)) * UInt64(DiskLayout.sector) + UInt64(Self.byteCount)
  }

  /// Where the header stands, by the image's first bytes: the squashfs's length, rounded up to 4 KiB.
  ///
  /// - Parameter superblock: the image's first bytes, 48 at least.
  public static func offset(superblock: [UInt8]) throws(SlotImageFault) -> UInt64 {
    guard superblock.count >= 48, superblock.hasPrefix("hsqs") else { throw .notASquashfs }
    let byteCount = superblock.littleEndian(at: 40, as: UInt64.self)
    guard byteCount >= 96 else { throw .notASquashfs }
    guard byteCount < DiskLayout.slot(.a).byteCount else { throw .tooLarge(byteCount) }
    let block = UInt64(DiskLayout.block)
    return (byteCount + block - 1) / block * block
  }

  /// What stands before the zeros that fill a field.
  private static func text(_ field: ArraySlice<UInt8>) -> [UInt8]? {
    let text = Array(field.prefix { $0 != 0 })
    return field.dropFirst(text.count).allSatisfy({ $0 == 0 }) ? text : nil
  }

  private static func isText(_ text: [UInt8]) -> Bool {
    (1..<textByteCount).contains(text.count) && text.allSatisfy { (0x21...0x7E).contains($0) }
  }
}

/// Why bytes are no slot image.
public enum SlotImageFault: Error, Hashable, Sendable {
  /// They do not begin as a squashfs.
  case notASquashfs
  /// There is no slot header where one has to be.
  case noHeader
  /// The header's checksum is that of other bytes.
  case headerChecksum
  /// A length or a text in the header makes no sense, or the header is not the one that the file begins with.
  case malformedHeader
  /// Longer than a slot: the length in bytes that it claims.
  case tooLarge(UInt64)
  /// The end came early: the bytes that are there.
  case truncated(UInt64)
  /// More bytes follow.
  case trailingBytes
  /// The contents have another hash than the header says.
  case contentHash
}
