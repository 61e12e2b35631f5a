import PeerNet
import PeerNetClient
import RealLinks
import TestKit
import Testing
import VirtualNetwork

/// One board and one laptop that are connected, each with the real thing on the kernel's own network.
struct Scene {
  let lan: FlakyLan
  let board: FieldBoard
  let laptop: FieldLaptop

  /// How long anything may take that needs a connection, or the end of one. Far more than it needs: machines are busy.
  static let limit = Duration.seconds(60)

  init(_ weather: Weather = .clear, seed: UInt64) async throws {
    lan = try await FlakyLan(weather: weather, seed: seed)
    board = try await FieldBoard.start(on: lan, trusting: [try FieldLaptop.entry()])
    laptop = try await FieldLaptop(on: lan, trusting: [board.key])
    try await laptop.node.connect(to: board.key, timeout: Self.limit)
  }

  /// Ends both as they should end.
  func close() async throws {
    await laptop.node.stop()
    #expect(try await board.stop())
  }

  /// Asks until there is an answer, and tells how long that took.
  @discardableResult
  func answer(within limit: Duration = limit) async throws -> Duration {
    let start = ContinuousClock.now
    try await wait(for: "answer", within: limit, every: .milliseconds(20)) { () async throws -> Void? in
      do {
        try await laptop.call(board.key)
        return ()
      } catch is PeerNetError { return nil }
    }
    return ContinuousClock.now - start
  }

  /// When the laptop's connection ended, after `start`, of that reason if one is named.
  func laptopNotices(since start: Instant, _ expected: CloseReason? = nil) async throws -> Instant {
    try await wait(for: "end of the laptop's connection", within: Self.limit) {
      laptop.journal.first(since: start) {
        if case .disconnected(_, let reason) = $0 { expected == nil || reason == expected } else { false }
      }?.at
    }
  }

  /// The same of the board, by what it logs.
  func boardNotices() async throws -> Instant {
    _ = try await board.logs("peer.disconnected", within: Self.limit)
    return Journal<Event>.now()
  }

  /// Whether either end has gone without a connection since the first came up.
  var wasInterrupted: Bool {
    board.log.contains("peer.disconnected")
      || laptop.journal.first { if case .disconnected = $0 { true } else { false } } != nil
  }
}

/// Tells a number of a test that passes as well.
func report(_ text: String) { print("real link: \(text)") }

extension TimeSpan {
  /// Seconds with two decimals.
  var text: String { "\(Double(nanoseconds / 10_000_000) / 100) s" }
}

extension Duration {
  var text: String { TimeSpan(self).text }
}
