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
    let rawApart = try RawPingPong(
      size: RoundTrips.size, ends: RawPingPong.Ends(client: processors[0], server: processors[1]))
    defer {
      raw.close()
      rawApart.close()
    }
    let library = try LibraryPair()
    try LoopbackBench.withEcho { echo in
      try board.run { process, _ in
        _ = try LoopbackBench.connect(client, board.publicKey, board.endpoint, times: 1)
        let whoami = Echo(client, board.publicKey, calling: "agent.whoami")
        let ours = getpid()
        let others = [process] + peers.processes
        let free = { try Processors.confine([ours] + others, to: processors) }
        let apart = {
          try Processors.confine([ours], to: [processors[0]])
          try Processors.confine(others, to: [processors[1]])
        }
        let together = { try Processors.confine([ours] + others, to: [processors[0]]) }
        let roundTrips = RoundTrips(raw: raw, rawApart: rawApart, library: library, agent: whoami, peers: peers)
        var onTwo = roundTrips.onTwoProcessors(apart: apart, free: free)
        var onOne = roundTrips.onOneProcessor(together: together)
        var commands = self.commands(laptop, board, peers)
        var echoes = Contest(
          "An echo by the bare node, 4 in flight, each way, MB/s", of: .rate,
          [self.echo(echo, 65_536, "64 KiB"), self.echo(echo, 900 * 1_024, "900 KiB")])
        let rounds = isQuick ? 2 : 200
        var progress = RoundProgress(of: rounds)
        for _ in 0..<rounds {
          try onTwo.runRound()
          try free()
          try commands.runRound()
          try echoes.runRound()
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
  /// With each end on a processor of its own.
  let rawApart: RawPingPong
  let library: LibraryPair
  /// Of the bare node, to the agent.
  let agent: Echo
  let peers: Peers

  /// Each end on a processor of its own, as two machines have. Left alone, the kernel may run both ends of a ping-pong on one,
  /// where a wake-up costs the least. Both ends of the library's call are in this process: theirs is left to the kernel.
  func onTwoProcessors(apart: @escaping () throws -> Void, free: @escaping () throws -> Void) -> Contest {
    contest(
      "two processors",
      [
        contender("raw TCP (epoll), an end a processor", after: apart) { rawApart.measure(Self.count) },
        contender("raw TCP (epoll)", after: free) { raw.measure(Self.count) },
      ], libraryGoal: .ratio(.atMost(1.4)), agentGoal: .ratio(.atMost(1.3)), after: apart, library: free)
  }

  /// All ends on one.
  func onOneProcessor(together: @escaping () throws -> Void) -> Contest {
    contest(
      "one processor", [contender("raw TCP (epoll)", after: together) { raw.measure(Self.count) }],
      libraryGoal: .ratio(.atMost(2.5)), agentGoal: .none, after: together, library: together)
  }

  private func contest(
    _ place: String, _ first: [Contest.Contender], libraryGoal: Contest.Goal, agentGoal: Contest.Goal,
    after placing: @escaping () throws -> Void, library placingLibrary: @escaping () throws -> Void
  ) -> Contest {
    let ours = [
      contender("`PeerNode.call`", libraryGoal, after: placingLibrary) {
        try library.roundTrips(size: Self.size, count: Self.count)
      },
      contender("`agent.whoami` of `peernetd`, by the bare node", agentGoal, after: placing) {
        try agent.roundTrips(.list([]), count: Self.count)
      },
    ]
    let others = peers.roundTrips.map { entry in
      contender(entry.name, after: placing) { try Peers.roundTrips(of: entry, count: Self.count) }
    }
    return Contest("A round trip of \(Self.size) bytes on \(place), µs", first + ours + others)
  }

  private func contender(
    _ name: String, _ goal: Contest.Goal = .none, after placing: @escaping () throws -> Void,
    _ nanoseconds: @escaping () throws -> [Double]
  ) -> Contest.Contender {
    Contest.Contender(name, goal) {
      try placing()
      return try nanoseconds().map { $0 / 1e3 }
    }
  }
}
