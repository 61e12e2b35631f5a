import CLinux

/// Watches the names in one folder (inotify).
public struct FileWatch: ~Copyable {
  /// What happened in the folder.
  public enum Event: Equatable, Sendable {
    /// A file of that name was written and closed, created, moved in or out, or removed.
    case changed(name: [UInt8])
    /// Events were lost: anything may have changed.
    case lost
    /// The folder itself was removed or moved; no more events come.
    case folderGone
  }

  /// Readable when something happened.
  public let descriptor: FileDescriptor

  /// Watches the folder that is at that path now.
  public init(folder: [UInt8]) throws(Errno) {
    let made = FileDescriptor(owning: try check("inotify_init1", clinux_inotify_create()))
    let number = made.number
    let watch = try withCString("inotify_add_watch", folder) { clinux_inotify_watch(number, $0) }
    try check("inotify_add_watch", watch)
    descriptor = made
  }

  /// The events that wait; empty when there are none.
  public borrowing func read() throws(Errno) -> [Event] {
    var room = [UInt8](repeating: 0, count: 4096)
    let outcome = try room.withUnsafeMutableBufferPointer { (buffer) throws(Errno) in
      try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
    }
    guard case .bytes(let count) = outcome else { return [] }
    return FileWatch.parse(room[..<count])
  }

  /// struct inotify_event: u32 watch, mask, cookie, length, then the name, padded with NULs.
  static func parse(_ bytes: ArraySlice<UInt8>) -> [Event] {
    var events: [Event] = []
    var rest = bytes
    while rest.count >= 16 {
      let start = rest.startIndex
      let mask = word(rest, start + 4)
      let length = Int(word(rest, start + 12))
      guard length <= rest.count - 16 else { break }
      let name = Array(rest[(start + 16)..<(start + 16 + length)].prefix { $0 != 0 })
      rest = rest[(start + 16 + length)...]
      // IN_Q_OVERFLOW; IN_DELETE_SELF, IN_MOVE_SELF, IN_IGNORED, IN_UNMOUNT
      if mask & 0x4000 != 0 {
        events.append(.lost)
      } else if mask & 0xac00 != 0 {
        if events.last != .folderGone { events.append(.folderGone) }
      } else {
        events.append(.changed(name: name))
      }
    }
    return events
  }

  private static func word(_ bytes: ArraySlice<UInt8>, _ at: Int) -> UInt32 {
    UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16 | UInt32(bytes[at + 3]) << 24
  }
}
