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

extension DiskSnapshot {
  /// Why a disk may not be overwritten.
  package enum Refusal: Equatable, Sendable {
    /// It is a part of that disk.
    case partition(of: String)
    /// This computer runs from it, for it is mounted there.
    case holdsSystem(String)
    /// That area of it is in use.
    case swap(String)
    /// It is mounted there.
    case mounted(String)
    /// That is built on it.
    case held(String)
    /// The drive is empty.
    case noMedium
    /// Nobody plugged it in, and it was not asked for.
    case builtIn
    /// It takes nothing.
    case readOnly
    /// The image is larger.
    case tooSmall
  }

  /// Where this computer lives: a disk that holds one of these is never overwritten.
  private static let systemMountPoints: Set<String> = [
    "/", "/boot", "/boot/efi", "/boot/firmware", "/efi", "/etc", "/home", "/nix", "/root", "/usr", "/var",
  ]

  /// Nil when an image of that many bytes may be written to it. What is in use is refused before anything that an
  /// option could allow.
  package func refusal(imageBytes: Int, allowsBuiltIn: Bool) -> Refusal? {
    if let parent { return .partition(of: parent) }
    if let place = mountPoints.first(where: { Self.systemMountPoints.contains($0) }) { return .holdsSystem(place) }
    if let swap = swaps.first { return .swap(swap) }
    if let place = mountPoints.first { return .mounted(place) }
    if let holder = holders.first { return .held(holder) }
    if bytes == 0 { return .noMedium }
    if !isPortable && !allowsBuiltIn { return .builtIn }
    if isReadOnly { return .readOnly }
    return bytes < imageBytes ? .tooSmall : nil
  }

  /// What somebody plugged in.
  private var isPortable: Bool {
    switch connection {
    case .usb, .card: true
    case .builtIn: isRemovable
    case .virtual: false
    }
  }
}
