import Foundation
import PeerNet
import Sodium

/// The operator's command line, as `swift build -c release` leaves it, with a home folder of its own.
final class Laptop {
  static let commandLine = ".build/release/peernet"

  let publicKey: PublicKey
  private let home: URL

  init() throws {
    home = FileManager.default.temporaryDirectory.appendingPathComponent("peernet-bench-home-\(getpid())")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    let words = try Self.peernet(home, ["id"]).split(whereSeparator: { $0.isWhitespace })
    guard let key = words.lazy.compactMap({ PublicKey(text: Array($0.utf8)) }).first else {
      throw BenchError("peernet id prints no key")
    }
    publicKey = key
  }

  deinit { try? FileManager.default.removeItem(at: home) }

  /// Trusts the board, which is called `board` from then on.
  func pair(with board: AgentProcess) throws {
    let key = String(decoding: board.publicKey.text, as: UTF8.self)
    _ = try Self.peernet(home, ["pair", key, "board", "--wire", "2"])
  }

  /// One process from its start to its end: connect, handshake, call, goodbye.
  func call(_ board: AgentProcess) throws {
    _ = try Self.peernet(home, ["call", "board", "system.info", "--at", "127.0.0.1:\(board.port)"])
  }

  /// What it prints. Its arguments go before its options, as its help has it.
  private static func peernet(_ home: URL, _ arguments: [String]) throws -> String {
    try Program.output(of: [commandLine] + arguments + ["--home", home.path])
  }
}
