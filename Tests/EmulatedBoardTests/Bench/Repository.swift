import Foundation

/// Where the sources of this checkout are, and what was built from them.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// A script that sets up what surrounds the emulated board.
  static func bench(_ name: String) -> String { "\(root)/board/qemu-virt/bench/\(name)" }

  /// What Scripts/image left.
  static func built(_ name: String, board: String = "qemu-virt") -> String { "\(root)/.build-image/\(board)/\(name)" }
}
