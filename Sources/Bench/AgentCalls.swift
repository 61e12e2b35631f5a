import ETF
import Foundation
import Glibc
import PeerNet
import Sodium

/// Calls to the agent and nothing else, for a tool that the agent runs under.
enum AgentCalls {
  /// Makes `count` calls that change nothing to the agent that the command starts, and has it end by itself: what a tool has
  /// counted it writes at the end.
  static func make(_ count: Int, of command: [String]) throws {
    var random = RandomStream.system()
    let laptop = KeyPair.generate(from: &random)
    let board = try AgentProcess(command, trusting: [laptop.publicKey])
    let client = try Party(laptop, trusting: board.publicKey, listens: false)
    try board.run { process, _ in
      _ = try LoopbackBench.connect(client, board.publicKey, board.endpoint, times: 1)
      _ = try Echo(client, board.publicKey, calling: "agent.whoami").roundTrips(.list([]), count: count)
      Glibc.kill(process, SIGTERM)
      // Reaped by whoever has started it.
      var information = siginfo_t()
      guard waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) == 0 else {
        throw BenchError("the agent was not waited for")
      }
    }
    try client.stop()
  }
}
