import PeerNet
import PeerNetClient
import RealLinks
import VirtualNetwork

/// Idle links that live on, in bad weather: each connection that an end gives up is a false alarm.
struct LifeRun {
  /// Of one weather.
  struct Count {
    let name: String
    var links = 0
    /// Times that the laptop, or a board, was without a connection.
    var falseAlarms = 0
    /// Connections of the laptop's that ended because a second dial had come up, or beside it.
    var replaced = 0
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
    try await Task.sleep(for: .seconds(60 * options.minutes))
    for index in 0..<options.links {
      let key = field.boards[index].key
      let byLaptop = field.laptop.journal.lines(since: start).filter {
        if case .disconnected(key, _) = $0.entry { true } else { false }
      }
      let ended = field.laptop.journal.lines(since: start).count {
        if case .closed(_, key, _) = $0.entry { true } else { false }
      }
      let byBoard = field.logs[index].journal.lines(since: start).filter { $0.entry.contains("peer.disconnected") }
      for at in byLaptop.map(\.at) + byBoard.map(\.at) { field.tell(index, at, "it was given up") }
      let traffic = field.lan.forwarder.traffic(of: index)
      counts[index % 2].links += 1
      counts[index % 2].falseAlarms += max(byLaptop.count, byBoard.count)
      counts[index % 2].replaced += ended - byLaptop.count
      counts[index % 2].suspicions += field.suspicions(index, since: start).count
      counts[index % 2].frames += traffic.frames
      counts[index % 2].lost += traffic.lost
    }
    try await field.close()
  }
}
