/// What the kernel says, at one moment, of a disk and of everything that uses it.
struct DiskSnapshot: Equatable {
  /// How a disk is attached.
  enum Connection: String {
    case usb = "USB"
    case card = "SD card"
    case builtIn = "built in"
    case virtual = "virtual"
  }

  struct Partition: Equatable {
    let name: String
    let bytes: Int
    /// What udev found on it, as in `vfat boot`; empty when it found nothing.
    var contents = ""
  }

  /// As in `sdb`.
  var name: String
  /// Of a partition, the disk that it is part of.
  var parent: String?
  var model = ""
  /// 0 when there is no medium.
  var bytes: Int
  var connection: Connection
  var isRemovable = false
  var isReadOnly = false
  var partitions: [Partition] = []
  /// What is built on it, directly or on top of one another: `dm-0 (vg-data)`, `md127`.
  var holders: [String] = []
  /// Where it, a partition of it or something built on them is mounted.
  var mountPoints: [String] = []
  /// The swap areas on it.
  var swaps: [String] = []
}

extension DiskSnapshot {
  /// Why a disk may not be overwritten.
  enum Refusal: Equatable {
    case partition(of: String)
    case holdsSystem(String)
    case swap(String)
    case mounted(String)
    case held(String)
    case noMedium
    case builtIn
    case readOnly
    case tooSmall
  }

  /// Where this computer lives: a disk that holds one of these is never overwritten.
  private static let systemMountPoints: Set<String> = [
    "/", "/boot", "/boot/efi", "/boot/firmware", "/efi", "/etc", "/home", "/nix", "/root", "/usr", "/var",
  ]

  /// Nil when an image of that many bytes may be written to it. What is in use is refused before anything that an
  /// option could allow.
  func refusal(imageBytes: Int, allowsBuiltIn: Bool) -> Refusal? {
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
