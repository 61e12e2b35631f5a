import CLinux

/// File systems and what stands in them.
public enum FileSystem {
  /// What holds for everything in a mounted file system.
  public struct Restrictions: OptionSet, Sendable {
    /// As mount(2) has them.
    public let rawValue: UInt
    /// As mount(2) has them.
    public init(rawValue: UInt) { self.rawValue = rawValue }

    /// Set-user-ID bits mean nothing (MS_NOSUID).
    public static let noSetUserID = Restrictions(rawValue: UInt(CLINUX_MOUNT_NOSUID))
    /// Device files open nothing (MS_NODEV).
    public static let noDevices = Restrictions(rawValue: UInt(CLINUX_MOUNT_NODEV))
    /// No program starts from it (MS_NOEXEC).
    public static let noPrograms = Restrictions(rawValue: UInt(CLINUX_MOUNT_NOEXEC))
  }

  /// Mounts what needs no device: `tmpfs`, `proc`. `options` are the file system's own, such as `size=32m`.
  public static func mount(
    _ type: [UInt8], at folder: [UInt8], _ restrictions: Restrictions, options: [UInt8] = []
  ) throws(Errno) {
    let result = try withCString("mount", type) { (type) -> Result<Int32, Errno> in
      do throws(Errno) {
        return .success(
          try withCString("mount", folder) { folder in
            (options + [0]).withUnsafeBytes { options in
              clinux_mount(
                type, folder, type, restrictions.rawValue,
                options.baseAddress!.assumingMemoryBound(to: CChar.self))
            }
          })
      } catch {
        return .failure(error)
      }
    }
    try check("mount", try result.get())
  }

  /// Whether a file system is mounted at that folder.
  public static func isMountPoint(_ folder: [UInt8]) -> Bool {
    (try? withCString("stat", folder) { clinux_is_mount_point($0) }) == 1
  }

  /// Whether there is anything at that path.
  public static func isThere(_ path: [UInt8]) -> Bool {
    (try? withCString("access", path) { clinux_is_there($0) }) == 1
  }

  /// Removes a file's name, or a socket's.
  public static func remove(_ path: [UInt8]) throws(Errno) {
    try check("unlink", try withCString("unlink", path) { clinux_unlink($0) })
  }

  /// Puts a file in another's place.
  public static func rename(_ path: [UInt8], to target: [UInt8]) throws(Errno) {
    let result = try withCString("rename", path) { (from) -> Result<Int32, Errno> in
      do throws(Errno) {
        return .success(try withCString("rename", target) { clinux_rename(from, $0) })
      } catch {
        return .failure(error)
      }
    }
    try check("rename", try result.get())
  }

  /// Has a child unmount `folder`, or make it read-only where something still stands in the way, and write what is cached to
  /// disk. Returns the child's number; a disk that hangs keeps only the child.
  public static func unmountInChild(_ folder: [UInt8]) throws(Errno) -> Int32 {
    try check("fork", try withCString("fork", folder) { clinux_spawn_unmount($0) })
  }
}
