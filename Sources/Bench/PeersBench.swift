import ETF
import Foundation
import PeerNet
import Sodium

/// Ours beside raw TCP and beside other programs: all of them once in each round, so that what drifts, drifts under all.
enum PeersBench {
  #if arch(x86_64)
    private static let agent = ".build-x86_64/release/peernetd"
  #else
    private static let agent = ".build-aarch64/release/peernetd"
  #endif

  static func run(_ folder: String, isQuick: Bool) throws {
    let peers = try Peers(folder: folder)
    let processors = Array(try Processors.allowed().prefix(2))
    guard processors.count == 2 else { throw BenchError("two processors are needed") }
    let laptop = try Laptop()
    var random = RandomStream.system()
    let identity = KeyPair.generate(from: &random)
    let board = try AgentProcess([agent], trusting: [laptop.publicKey, identity.publicKey])
    try laptop.pair(with: board)
    let client = try Party(identity, trusting: board.publicKey, listens: false)
    let raw = try RawPingPong(size: RoundTrips.size)
    defer { raw.close() }
    let library = try LibraryPair()
    try LoopbackBench.withEcho { echo in
      try board.run { process, _ in
        _ = try LoopbackBench.connect(client, board.publicKey, board.endpoint, times: 1)
        let whoami = Echo(client, board.publicKey, calling: "agent.whoami")
        let roundTrips = RoundTrips(raw: raw, library: library, agent: whoami, peers: peers)
        var onTwo = roundTrips.contest("two processors", library: .ratio(.atMost(1.4)), agent: .ratio(.atMost(1.3)))
        var onOne = roundTrips.contest("one processor", library: .ratio(.atMost(2.5)), agent: .none)
        var commands = self.commands(laptop, board, peers)
        var echoes = Contest(
          "An echo by the bare node, 4 in flight, each way, MB/s", of: .rate,
          [self.echo(echo, 65_536, "64 KiB"), self.echo(echo, 900 * 1_024, "900 KiB")])
        let processes = [getpid(), process] + peers.processes
        let rounds = isQuick ? 2 : 200
        var progress = RoundProgress(of: rounds)
        for _ in 0..<rounds {
          try Processors.confine(processes, to: processors)
          try onTwo.runRound()
          try commands.runRound()
          try echoes.runRound()
          try Processors.confine(processes, to: [processors[0]])
          try onOne.runRound()
          progress.roundIsOver()
        }
        for contest in [onTwo, onOne, commands, echoes] { contest.printTable() }
      }
    }
    try library.stop()
    try client.stop()
  }

  private static func commands(_ laptop: Laptop, _ board: AgentProcess, _ peers: Peers) -> Contest {
    let ours = Contest.Contender("`peernet call board system.info`", .median(.atMost(8))) {
      [try elapsed { try laptop.call(board) } / 1e6]
    }
    let others = peers.commands.map { entry in
      Contest.Contender(entry.name) { [try elapsed { try Peers.run(entry) } / 1e6] }
    }
    return Contest("A command from its start to its end, ms", [ours] + others)
  }

  private static func echo(_ echo: Echo, _ size: Int, _ name: String) -> Contest.Contender {
    let count = 32 * 1_048_576 / size
    return Contest.Contender(name, .median(.atLeast(400))) {
      let effort = try echo.measure(size: size, inFlight: 4, count: count)
      return [Double(size) * Double(count) / effort.time * 1e3]
    }
  }
}

/// The same round trip, one after another, over everything that there is.
private struct RoundTrips {
  static let size = 64
  private static let count = 200

  let raw: RawPingPong
  let library: LibraryPair
  /// Of the bare node, to the agent.
  let agent: Echo
  let peers: Peers

  func contest(_ place: String, library libraryGoal: Contest.Goal, agent agentGoal: Contest.Goal) -> Contest {
    let ours = [
      contender("raw TCP (epoll)", .none) { raw.measure(Self.count) },
      contender("`PeerNode.call`", libraryGoal) { try library.roundTrips(size: Self.size, count: Self.count) },
      contender("`agent.whoami` of `peernetd`, by the bare node", agentGoal) {
        try agent.roundTrips(.list([]), count: Self.count)
      },
    ]
    let others = peers.roundTrips.map { entry in
      contender(entry.name, .none) { try Peers.roundTrips(of: entry, count: Self.count) }
    }
    return Contest("A round trip of \(Self.size) bytes on \(place), µs", ours + others)
  }

  private func contender(
    _ name: String, _ goal: Contest.Goal, _ nanoseconds: @escaping () throws -> [Double]
  ) -> Contest.Contender {
    Contest.Contender(name, goal) { try nanoseconds().map { $0 / 1e3 } }
  }
}
