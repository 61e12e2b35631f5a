import FlakyLinks
import PeerNet
import PeerNetClient
import RealLinks

/// Idle links that live on, in bad weather: each connection that an end gives up is a false alarm.
struct LifeRun {
  /// Of one weather.
  struct Count {
    let name: String
    var links = 0
    /// Times that the laptop, or a board, was without a connection.
    var falseAlarms = 0
    /// Times that the laptop suspected a board.
    var suspicions = 0
    var frames = 0
    var lost = 0
  }

  private(set) var counts = [Count(name: "20 % loss"), Count(name: "3 s of silence a minute")]

  /// The links have one weather and the other in turn.
  init(options: Options) async throws {
    let weathers: [Weather] = [.lossy, .bursts]
    let field = try await Field(options.links, seed: options.seed) { weathers[$0 % 2] }
    let start = Field.now()
    let end = start + .seconds(60 * Int64(options.minutes))
    let suspicions = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
      for index in 0..<options.links {
        group.addTask {
          var (last, count) = (Instant.zero, 0)
          while Field.now() < end {
            if let since = await field.suspected(index), since > last { (last, count) = (since, count + 1) }
            try await Task.sleep(for: .milliseconds(250))
          }
          return (index, count)
        }
      }
      return try await group.reduce(into: [Int](repeating: 0, count: options.links)) { $0[$1.0] = $1.1 }
    }
    for index in 0..<options.links {
      let key = field.boards[index].key
      let byLaptop = field.laptop.journal.lines(since: start).count {
        if case .disconnected(key, _) = $0.entry { true } else { false }
      }
      let byBoard = field.logs[index].journal.lines(since: start).count { $0.entry.contains("peer.disconnected") }
      let traffic = field.lan.forwarder.traffic(of: index)
      counts[index % 2].links += 1
      counts[index % 2].falseAlarms += max(byLaptop, byBoard)
      counts[index % 2].suspicions += suspicions[index]
      counts[index % 2].frames += traffic.frames
      counts[index % 2].lost += traffic.lost
    }
    try await field.close()
  }
}
