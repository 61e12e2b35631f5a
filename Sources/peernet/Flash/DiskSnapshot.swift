import PeerNetClient

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

extension Failure {
  init(_ refusal: DiskSnapshot.Refusal, _ disk: DiskSnapshot, imageBytes: Int) {
    let (status, why, next): (ExitStatus, String, String) =
      switch refusal {
      case .partition(let parent):
        (.notADisk, "it is a partition of \(parent)", "name the whole disk: /dev/\(parent)")
      case .holdsSystem(let place):
        (.builtInDisk, "this computer runs from it (\(Printable.text(place)))", "name another disk")
      case .swap(let area):
        (.diskInUse, "\(Printable.text(area)) on it is in use as swap", "name another disk, or swapoff it first")
      case .mounted(let place):
        (.diskInUse, "it is mounted at \(Printable.text(place))", "unmount all of it first, or name another disk")
      case .held(let holder):
        (.diskInUse, "\(Printable.text(holder)) is built on it", "name another disk, or take that apart first")
      case .noMedium: (.notADisk, "there is no medium in it", "put the card in")
      case .builtIn:
        (.builtInDisk, "it is no card and no USB disk", "name another disk, or add --internal if it is the right one")
      case .readOnly: (.readOnlyDisk, "it is read-only", "look at the card's lock switch")
      case .tooSmall:
        (
          .diskTooSmall, "it has \(ByteCount.text(disk.bytes)) and the image \(ByteCount.text(imageBytes))",
          "take a larger one"
        )
      }
    self.init(status, "cannot flash \(disk.name)", because: why, next: next)
  }
}
