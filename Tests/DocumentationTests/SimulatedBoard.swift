import Foundation
import TestKit

/// A simulated board with its folder, on loopback alone, as the tutorial has it.
final class SimulatedBoard {
  struct Failed: Error { let printed: String }

  private let folder: TemporaryFolder
  private let daemon: Example
  /// The 52 characters of its key.
  let key: String

  init() async throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    let path = folder.url.path
    try """
    [node]
    listen = 127.0.0.1
    port = 0
    interfaces = lo
    [paths]
    state = \(path)/state
    runtime = \(path)/run
    [board]
    board = sim
    """.write(to: folder.url.appending(path: "peernetd.conf"), atomically: false, encoding: .utf8)
    try FileManager.default.createDirectory(at: folder.url.appending(path: "state"), withIntermediateDirectories: true)
    daemon = try Example("peernetd", "--config", "\(path)/peernetd.conf", folder: folder)
    try await daemon.line(with: "daemon.started")
    let identity = try await Self.run(folder, "id")
    key = identity.split { $0 == " " || $0 == "\n" }.first { $0.count == 52 }.map(String.init) ?? ""
  }

  /// What its operator types.
  func pair(_ key: String, _ label: String, allow: String) async throws {
    _ = try await Self.run(folder, "pair", key, label, "--allow", allow)
  }

  private static func run(_ folder: TemporaryFolder, _ arguments: String...) async throws -> String {
    let command = try Example(
      "peernetd", ["--config", folder.url.appending(path: "peernetd.conf").path] + arguments, folder: folder)
    guard try await command.end() == 0 else { throw Failed(printed: command.printed) }
    return command.printed
  }
}
