import TestKit

extension Repository {
  /// A script that sets up what surrounds the emulated board.
  static func bench(_ name: String) -> String { path("board/qemu-virt/bench/\(name)") }

  /// What Scripts/image left.
  static func built(_ name: String, board: String = "qemu-virt") -> String { path(".build-image/\(board)/\(name)") }
}
