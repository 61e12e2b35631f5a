import Admin

/// What the kernel says, at one moment, of a disk and of everything that uses it.
package struct DiskSnapshot: Equatable, Sendable {
  /// How a disk is attached.
  package enum Connection: String, Sendable {
    /// By USB, a card reader among it.
    case usb = "USB"
    /// In the computer's own slot for cards.
    case card = "SD card"
    /// Inside the computer.
    case builtIn = "built in"
    /// It is the kernel's own, such as a loop device.
    case virtual = "virtual"
  }

  /// A part of it that stands in its table.
  package struct Partition: Equatable, Sendable {
    /// As in `sdb1`.
    package let name: String
    /// Its size.
    package let bytes: Int
    /// What udev found on it, as in `vfat boot`; empty when it found nothing.
    package var contents = ""
  }

  /// As in `sdb`.
  package var name: String
  /// Of a partition, the disk that it is part of.
  var parent: String?
  /// Vendor and model, as far as the disk tells them; safe to print.
  package var model = ""
  /// 0 when there is no medium.
  package var bytes: Int
  /// How it is attached.
  package var connection: Connection
  var isRemovable = false
  var isReadOnly = false
  /// In the order of their names.
  package var partitions: [Partition] = []
  /// What is built on it, directly or on top of one another: `dm-0 (vg-data)`, `md127`.
  var holders: [String] = []
  /// Where it, a partition of it or something built on them is mounted.
  var mountPoints: [String] = []
  /// The swap areas on it.
  var swaps: [String] = []
}
