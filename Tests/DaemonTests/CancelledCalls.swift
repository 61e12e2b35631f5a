import Boards
import ETF
import Foundation
import PeerNet
import PeerNetClient
import Sodium
import TestKit
import Testing

/// A laptop that gives up on its calls at random moments, and a board that notices nothing of it.
enum CancelledCalls {
  static func endure() async throws {
    let board = try TestBoard()
    try board.trust(LaptopNode.entry("system.*", wire: .two))
    let running = try await board.start()
    let laptop = try await LaptopNode(trusting: running.key, options: .wireTwo())
    try await laptop.connect(to: running)

    // The first lot brings every pool to its size. The board answers the cancelled calls, too: up to 10,000 stand before the
    // next one, which takes an emulated board on a busy computer more than the usual 20 seconds.
    _ = try await cancelCalls(10_000, of: laptop, to: running)
    try await eventually(within: .seconds(80)) { (try? await laptop.call(running, "system.info")) != nil }
    let before = try Figures(of: running)
    let few = try await Descriptors.fewest(of: running)
    let pausing = pause(running)
    let outcome = try await cancelCalls(10_000, of: laptop, to: running)
    pausing.cancel()
    await pausing.value
    try await eventually(within: .seconds(80)) { (try? await laptop.call(running, "system.info")) != nil }
    let after = try Figures(of: running)

    #expect(outcome.cancelled > 2_000, "too few calls were cancelled to mean anything: \(outcome)")
    #expect(outcome.cancelled + outcome.answered == 10_000)
    let open = try await Descriptors.fewest(of: running, since: few)
    #expect(
      open.laptop.count <= few.laptop.count && open.board.count <= few.board.count, "\(open.opened(since: few))")
    // A call that is left behind takes more than a kilobyte.
    #expect(after.resident - before.resident < 8_192, "\(before), then \(after)")
    let boardGrowth = after.boardResident - before.boardResident
    #expect(boardGrowth < 512 + RunningBoard.emulatorMemory, "\(before), then \(after)")
    // A connection that was suspect for a moment may have been replaced. None is lost.
    let closings = laptop.log.closings
    #expect(closings.allSatisfy { $0 == .superseded || $0 == .peerSaid(.superseded) }, "\(closings)")
    #expect(laptop.log.openings.count == closings.count + 1)
    await laptop.node.stop()
    let ended = try await running.stop()
    #expect(ended.exitCode == 0)
    // The syslog priority of errors. A warning may tell that it was busy for a moment.
    let complaints = ended.errors.split(separator: "\n").filter { $0.hasPrefix("<3>") }
    #expect(complaints.isEmpty, "\(complaints)")
  }
}

/// Stops the board for moments, as where others keep its processor busy, until it is cancelled: its kernel has more to keep
/// for it than it has room for.
private func pause(_ board: RunningBoard) -> Task<Void, Never> {
  let process = pid_t(board.process.identifier)
  return Task {
    var random = RandomStream(seed: [UInt8](repeating: 4, count: 32))
    while !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(20 + Int64(random.below(180))))
      kill(process, SIGSTOP)
      try? await Task.sleep(for: .milliseconds(20 + Int64(random.below(380))))
      kill(process, SIGCONT)
    }
  }
}

/// Resident memory in KiB of the laptop, which is this process, and of the board.
private struct Figures {
  let resident: Int
  let boardResident: Int

  init(of board: RunningBoard) throws {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    resident = line.split(separator: " ").compactMap { Int($0) }.first ?? 0
    boardResident = try board.memory("VmRSS")
  }
}

/// Open descriptors of the laptop, which is this process, and of the board: each with what it refers to.
private struct Descriptors {
  var laptop: [String]
  var board: [String]

  /// The fewest within two seconds: both open a file for a moment now and then, such as to write down an address. With
  /// `before`, within 90 seconds until there are no more than then: the moment lasts as long as the disk does, a connection
  /// that another one has replaced may live on for 60 s (`Limits.retirement`), and what is left behind stays.
  static func fewest(of board: RunningBoard, since before: Descriptors? = nil) async throws -> Descriptors {
    var fewest = Descriptors(laptop: try targets("self"), board: try targets("\(board.process.identifier)"))
    for round in 1..<900 {
      try await Task.sleep(for: .milliseconds(100))
      let (laptop, board) = (try targets("self"), try targets("\(board.process.identifier)"))
      if laptop.count < fewest.laptop.count { fewest.laptop = laptop }
      if board.count < fewest.board.count { fewest.board = board }
      if round >= 20, fewest.laptop.count <= before?.laptop.count ?? .max,
        fewest.board.count <= before?.board.count ?? .max
      {
        break
      }
    }
    return fewest
  }

  /// What was opened since, with the system's sockets, so that a number tells whose it is.
  func opened(since before: Descriptors) -> String {
    let sockets = ["tcp", "tcp6", "udp", "udp6", "netlink"].map { name in
      "\(name)\n" + ((try? String(contentsOfFile: "/proc/self/net/\(name)", encoding: .utf8)) ?? "")
    }
    return """
      laptop \(laptop.filter { !before.laptop.contains($0) }), board \(board.filter { !before.board.contains($0) })
      \(sockets.joined())
      """
  }

  private static func targets(_ process: String) throws -> [String] {
    let folder = "/proc/\(process)/fd"
    return try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { number in
      let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(number)")
      return target.map { "\(number) \($0)" }
    }
  }
}

/// Makes this many calls, a hundred at a time, and cancels each at a moment between before its start and behind its end.
private func cancelCalls(_ count: Int, of laptop: LaptopNode, to board: RunningBoard) async throws -> (
  answered: Int, cancelled: Int
) {
  var (answered, cancelled) = (0, 0)
  var random = RandomStream(seed: [UInt8](repeating: 3, count: 32))
  for _ in 0..<count / 100 {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<100 {
        let moment = Int64(random.below(8_000))
        group.addTask {
          let call = Task {
            do { _ = try await laptop.call(board, "system.info") } catch PeerNetError.remote { return }
          }
          if moment > 500 { try? await Task.sleep(for: .microseconds(moment - 500)) }
          call.cancel()
          do {
            try await call.value
            return true
          } catch is CancellationError { return false }
        }
      }
      for try await isAnswered in group { if isAnswered { answered += 1 } else { cancelled += 1 } }
    }
  }
  return (answered, cancelled)
}
