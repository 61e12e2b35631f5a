import CLinux
import Linux

/// The folders that the daemon's files live in.
enum StateFolder {
  /// Makes the folder that `file` stands in, for this user alone, and what is missing above it.
  static func make(for file: [UInt8]) throws(FileError) {
    for (index, byte) in file.enumerated() where byte == UInt8(ascii: "/") && index > 0 {
      let result = (file[..<index] + [0]).withUnsafeBytes {
        clinux_make_folder($0.baseAddress!.assumingMemoryBound(to: CChar.self), 0o700)
      }
      let code = Errno.Code(number: 0 &- result)
      // Where a parent may only be passed through, what matters is whether the last one is there: opening tells.
      guard result < 0, code != .exists, code != .notPermitted else { continue }
      if !isThere(file[..<index]) { throw .system(Errno("mkdir", code)) }
    }
  }

  private static func isThere(_ folder: ArraySlice<UInt8>) -> Bool {
    (folder + [0]).withUnsafeBytes {
      clinux_is_mount_point($0.baseAddress!.assumingMemoryBound(to: CChar.self)) >= 0
    }
  }

  /// Whether the board's writable partition is mounted at `/data`.
  static var hasDataPartition: Bool { clinux_is_mount_point("/data") == 1 }
}
