/// Where things stand on the disk of a flashed board. The layout never changes once a board is in the field.
///
/// The formats are in <doc:Formats>.
public enum DiskLayout {
  /// Bytes of a sector, the unit of partitions and of what a disk writes as a whole.
  public static var sector: Int { 512 }
  /// Bytes of a block, in which we write: 4 KiB.
  public static var block: Int { 4_096 }
  /// Bytes of an image file, which is sparse; larger disks leave the rest unused.
  public static var diskByteCount: UInt64 { 960 << 20 }
  /// The disk signature in the master boot record.
  public static var signature: UInt32 { 0x504E_4544 }
  /// Where the master boot record holds the name of the board that the image was built for, such as `rpi4`, filled up
  /// with zeros.
  public static var boardName: DiskRegion { DiskRegion(offset: 408, byteCount: 32) }

  /// The two copies of `slot.env`.
  public static func slotEnvironment(_ copy: DiskCopy) -> DiskRegion {
    DiskRegion(offset: copy == .first ? 1 << 20 : 1 << 20 | 1 << 19, byteCount: UInt64(SlotEnvironment.byteCount))
  }

  /// The two copies of the provision record, each in an area of 512 KiB.
  public static func provision(_ copy: DiskCopy) -> DiskRegion {
    DiskRegion(offset: copy == .first ? 2 << 20 : 2 << 20 | 1 << 19, byteCount: UInt64(Provision.maximumByteCount))
  }

  /// The revocation log, 1 MiB.
  public static var revocations: DiskRegion {
    DiskRegion(offset: 3 << 20, byteCount: UInt64(RevocationLog.byteCount))
  }

  /// Partition 1, FAT32, type 0x0C: firmware, U-Boot, device trees, boot script. Never written in the field.
  public static var boot: DiskRegion { DiskRegion(offset: 4 << 20, byteCount: 60 << 20) }

  /// Partition 2 (slot a) or 3 (slot b), 192 MiB each.
  public static func slot(_ slot: Slot) -> DiskRegion {
    DiskRegion(offset: slot == .a ? 64 << 20 : 256 << 20, byteCount: 192 << 20)
  }

  /// Partition 4, ext4, label `PEERDATA`: everything that changes in the field.
  public static var data: DiskRegion { DiskRegion(offset: 448 << 20, byteCount: 512 << 20) }
}

/// A run of bytes of the disk.
public struct DiskRegion: Hashable, Sendable {
  /// In bytes from the start of the disk.
  public let offset: UInt64
  /// In bytes.
  public let byteCount: UInt64

  /// Where the region starts, in sectors.
  public var firstSector: UInt64 { offset / UInt64(DiskLayout.sector) }
  /// How long it is, in sectors.
  public var sectorCount: UInt64 { byteCount / UInt64(DiskLayout.sector) }
}

/// Which of two copies.
public enum DiskCopy: Hashable, CaseIterable, Sendable {
  /// The one at the lower offset.
  case first
  /// The one behind it.
  case second

  /// The other copy.
  public var other: DiskCopy { self == .first ? .second : .first }
}
