import ETF
import Foundation
import PeerNet
import PeerNetClientLinux
import Sodium
import TestKit
import Testing

@testable import PeerNetClient

/// A client that cancels calls at random moments. Each test is a process of its own, so that what it measures is its own.
@Suite(.timeLimit(.minutes(5))) struct CancelStormTests {
  @Test func tenThousandCancelledCallsLeaveNothingBehind() async {
    await #expect(processExitsWith: .success) {
      let server = try LoopbackTests.node(1, trusting: 2, wire: .two)
      await server.expose("slow", limit: 10_000) { request in
        if case .integer(let microseconds) = request.arguments {
          try await Task.sleep(for: .microseconds(microseconds))
        }
        return request.arguments
      }
      try await server.start()
      let client = try LoopbackTests.node(2, trusting: 1, wire: .two)
      try await client.start()
      let board = LoopbackTests.key(1).publicKey
      let port = try #require(await server.port)
      try await client.connect(to: board, at: [.loopback(port: port)])
      let ended = [await ends(client), await ends(server)]

      // The first lot brings every pool to its size.
      _ = try await storm(10_000) { _ = try await client.call(board, "slow", .integer($0), timeout: .seconds(60)) }
      try await eventually(within: .seconds(30)) { await server.pending == 0 }
      let before = (try residentKilobytes(), try openDescriptors())
      let outcome = try await storm(10_000) {
        _ = try await client.call(board, "slow", .integer($0), timeout: .seconds(60))
      }
      try await eventually(within: .seconds(30)) { await server.pending == 0 }
      let after = (try residentKilobytes(), try openDescriptors())

      #expect(outcome.cancelled > 2_000, "too few calls were cancelled to mean anything: \(outcome)")
      #expect(outcome.cancelled + outcome.answered == 10_000)
      #expect(await client.pending == 0)
      #expect(await client.callsOnTheWire == 0)
      #expect(after.1 == before.1, "descriptors: \(before.1), then \(after.1)")
      // A call that is left behind takes more than a kilobyte.
      #expect(after.0 - before.0 < 8_192, "resident: \(before.0) KiB, then \(after.0) KiB")
      #expect(try await client.call(board, "slow", .integer(0)) == .integer(0))
      await client.stop()
      await server.stop()
      for reason in await ended[0].value + ended[1].value {
        #expect(reason == .stopping || reason == .peerSaid(.stopping), "a connection ended meanwhile: \(reason)")
      }
    }
  }
}

/// Why connections of a node ended, until it stops.
private func ends(_ node: PeerNode) async -> Task<[CloseReason], Never> {
  let events = await node.events
  return Task {
    var reasons: [CloseReason] = []
    for await event in events {
      if case .closed(_, _, let reason) = event { reasons.append(reason) }
    }
    return reasons
  }
}

/// Makes this many calls, a hundred at a time, and cancels each at a moment between before its start and behind its end.
/// The call is given a number of microseconds for its peer to take.
func storm(_ count: Int, _ call: @escaping @Sendable (Int64) async throws -> Void) async throws -> (
  answered: Int, cancelled: Int
) {
  var (answered, cancelled) = (0, 0)
  var random = RandomStream(seed: [UInt8](repeating: 3, count: 32))
  for _ in 0..<count / 100 {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<100 {
        let (work, moment) = (Int64(random.below(2_000)), Int64(random.below(6_000)))
        group.addTask {
          let task = Task {
            // A peer that is busy with what nobody waits for any more says so.
            do { try await call(work) } catch PeerNetError.remote { return }
          }
          if moment > 500 { try? await Task.sleep(for: .microseconds(moment - 500)) }
          task.cancel()
          do {
            try await task.value
            return true
          } catch is CancellationError { return false }
        }
      }
      for try await isAnswered in group { if isAnswered { answered += 1 } else { cancelled += 1 } }
    }
  }
  return (answered, cancelled)
}

/// What of this process is in memory.
func residentKilobytes() throws -> Int {
  let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
  let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
  return try #require(line.split(separator: " ").compactMap { Int($0) }.first)
}

func openDescriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
