import Foundation
import PeerNet
import PeerNetClient
import RealLinks
import VirtualNetwork

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

  /// Whether the laptop suspects a board now.
  func isSuspect(_ index: Int) async -> Bool {
    await laptop.node.status(of: boards[index].key)?.liveness == .suspect
  }

  /// When the laptop began to suspect a board, since `start`.
  func suspicions(_ index: Int, since start: Instant) -> [Instant] {
    laptop.journal.lines(since: start).compactMap { line in
      if case .suspected(_, let key) = line.entry, key == boards[index].key { line.at } else { nil }
    }
  }

  /// Tells on stderr what happened on a link from half a minute before `start` until half a minute after it, for whoever wonders.
  func tell(_ index: Int, _ start: Instant, _ what: String) {
    let key = boards[index].key
    var lines: [(at: Instant, text: String)] = []
    for line in laptop.journal.lines(since: start - .seconds(30)) {
      switch line.entry {
      case .opened(_, key, _, _, _), .closed(_, key, _), .connected(key), .disconnected(key, _), .suspected(_, key),
        .relieved(_, key), .dialFailed(key, _, _):
        lines.append((line.at, "laptop: \(line.entry)"))
      default: break
      }
    }
    lines += logs[index].journal.lines(since: start - .seconds(30)).map { ($0.at, "board: \($0.entry)") }
    lines = lines.filter { $0.at - start < .seconds(30) }.sorted { $0.at < $1.at }
    var text = "Link \(index), seconds since \(what):\n"
    for line in lines { text += "  \(Double((line.at - start).nanoseconds / 1_000_000) / 1_000) \(line.text)\n" }
    FileHandle.standardError.write(Data(text.utf8))
  }

  func answers(_ index: Int, timeout: Duration) async -> Bool {
    do {
      try await laptop.call(boards[index].key, timeout: timeout)
      return true
    } catch { return false }
  }
}
