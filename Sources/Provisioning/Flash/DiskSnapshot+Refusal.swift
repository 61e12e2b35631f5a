// Which disks are never overwritten.
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
