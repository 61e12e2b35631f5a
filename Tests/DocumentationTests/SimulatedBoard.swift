import Boards
import PeerNet
import Sodium
import Synchronization
import TestKit

/// A simulated board, on loopback alone, as the tutorial has it: nobody is told its address.
final class SimulatedBoard {
  struct Failed: Error { let printed: String }

  private let board: TestBoard
  private let running: RunningBoard
  /// The 52 characters of its key.
  let key: String
  /// All of them announce themselves at the same port, so each has a key of its own.
  private static let count = Atomic<UInt8>(0)

  init() async throws {
    let seed = Self.count.wrappingAdd(1, ordering: .relaxed).newValue
    let board = try TestBoard(seed: seed, at: TestBoard.Site(discoveryPort: 4_040))
    try board.configure(node: "")
    self.board = board
    running = try await board.start()
    key = String(decoding: board.key.text, as: UTF8.self)
  }

  /// What its operator types.
  func pair(_ key: String, _ label: String, allow: String) async throws {
    let ended = try await DaemonProcess.run(
      "--config", board.folder.path("peernetd.conf"), "pair", key, label, "--allow", allow, in: board.folder)
    guard ended.exitCode == 0 else { throw Failed(printed: ended.output + ended.errors) }
  }
}
