import Boards
import Foundation
import PeerNet
import Sodium
import TestKit

/// A board of a flaky network: the real daemon, with a simulated board behind it.
public final class FieldBoard: Sendable {
  public let index: Int
  public let running: RunningBoard
  public let folder: TemporaryFolder

  /// The TCP port of every board, and the UDP port of discovery.
  public static let port: UInt16 = 4_040

  /// Starts board `index` of a network. It trusts these, and knows nothing else of them.
  public static func start(
    on lan: FlakyLan, _ index: Int = 0, trusting entries: [TrustEntry], node: String = ""
  ) async throws -> FieldBoard {
    let site = TestBoard.Site(
      words: lan.boards[index].words, listen: "0.0.0.0", interface: TapDevice.name, port: port, discoveryPort: port)
    let board = try TestBoard(seed: UInt8(100 + index), at: site)
    try board.configure(node: node)
    try board.trust(entries)
    let running = try await board.start()
    Orphans.shared.add(running.process.identifier)
    return FieldBoard(index: index, running: running, folder: board.folder)
  }

  private init(index: Int, running: RunningBoard, folder: TemporaryFolder) {
    self.index = index
    self.running = running
    self.folder = folder
  }

  deinit { Orphans.shared.remove(running.process.identifier) }

  /// The key of board `index`, before it is started.
  public static func key(_ index: Int) -> PublicKey { TestBoard.identity(UInt8(100 + index)).publicKey }

  public var key: PublicKey { running.key }

  /// What it has logged.
  public var log: String { running.process.errorText }

  /// Waits for a line of its log that holds `fragment`.
  @discardableResult
  public func logs(_ fragment: String, within limit: Duration) async throws -> String {
    try await running.process.line(fragment, within: limit)
  }

  /// How often it gave up the processor because it had nothing to do: each ends with a wake-up.
  public func wakeUps() throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(running.process.identifier)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") } ?? ""
    return line.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) } ?? 0
  }

  /// Ends it by SIGTERM, and whether it ended as it should.
  public func stop() async throws -> Bool { try await running.stop().exitCode == 0 }
}
