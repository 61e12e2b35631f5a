import FlakyLinks
import PeerNet
import PeerNetClient
import RealLinks

/// Many boards and one laptop that is connected to all of them.
struct Field: Sendable {
  let lan: FlakyLan
  let boards: [FieldBoard]
  let logs: [LogFollower]
  let laptop: FieldLaptop

  /// Starts them on clear links, waits until all are connected, and lets the weather come.
  init(_ count: Int, seed: UInt64, weather: (Int) -> Weather) async throws {
    lan = try await FlakyLan(boards: count, seed: seed)
    var boards: [FieldBoard] = []
    for index in 0..<count {
      boards.append(try await FieldBoard.start(on: lan, index, trusting: [try FieldLaptop.entry()]))
    }
    self.boards = boards
    logs = boards.map { LogFollower($0) }
    laptop = try await FieldLaptop(on: lan, trusting: boards.map { $0.key })
    for board in boards { try await laptop.node.connect(to: board.key, timeout: .seconds(60)) }
    for index in 0..<count {
      let weather = weather(index)
      lan.forwarder.change(index) { $0.setWeather(weather) }
    }
  }

  func close() async throws {
    await laptop.node.stop()
    for board in boards { _ = try await board.stop() }
  }

  static func now() -> Instant { Journal<Event>.now() }

  /// When the laptop lost its last connection to a board, since `start`.
  func lost(_ index: Int, since start: Instant) -> Instant? {
    laptop.journal.first(since: start) {
      if case .disconnected(let key, _) = $0 { key == boards[index].key } else { false }
    }?.at
  }

  /// When a board logged that it lost the laptop, since `start`.
  func lostByBoard(_ index: Int, since start: Instant) -> Instant? {
    logs[index].journal.first(since: start) { $0.contains("peer.disconnected") }?.at
  }

  /// Since when the laptop suspects a board; nil while it does not.
  func suspected(_ index: Int) async -> Instant? {
    guard let status = await laptop.node.status(of: boards[index].key), status.liveness == .suspect else { return nil }
    return status.livenessSince
  }

  func answers(_ index: Int, timeout: Swift.Duration) async -> Bool {
    do {
      try await laptop.call(boards[index].key, timeout: timeout)
      return true
    } catch { return false }
  }
}
