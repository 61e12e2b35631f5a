import Foundation
import Programs
import Sodium
import Synchronization
import Testing

/// A board whose writes are recorded, what was done to it meanwhile, and what it must be like whenever the power fails.
final class Recording: Sendable {
  enum Scenario: String, CaseIterable {
    case goodSlot = "good slot"
    case badSlot = "bad slot"
    case pairing
    case unpairing
  }

  let board: Board
  /// A key that is paired and unpaired.
  let newcomer: String
  private let image: ProvisionedImage
  /// Which entries of the log belong to what.
  private let moments = Mutex<[Scenario: Range<Int>]>([:])

  private var log: String { board.folder + "/writes" }

  static func begin() async throws -> Recording {
    let image = try await ProvisionedImage.shared.value
    let folder = try Board.temporaryFolder()
    let variant = try SlotVariant()
    let drives = [
      try await variant.changed(to: "good", in: folder),
      try await variant.changed(to: "stuck", in: folder) { root in
        let path = root + "/etc/board/services"
        let services = try String(contentsOfFile: path, encoding: .utf8)
        // The agent's place is taken by a program that never says a word.
        try (services + "\n[service peernetd]\ncommand = /bin/sleep 100000\nready = 3\n")
          .write(toFile: path, atomically: false, encoding: .utf8)
      },
      try variant.withDamagedKernel(in: folder),
    ]
    let newcomer = Laptop(folder: folder + "/newcomer")
    return Recording(
      board: try await Board.boot(image.path, laptop: image.laptop, drives: drives, recordsWrites: true),
      newcomer: try await newcomer.key(), image: image)
  }

  private init(board: Board, newcomer: String, image: ProvisionedImage) {
    (self.board, self.newcomer, self.image) = (board, newcomer, image)
  }

  /// Does `work` and remembers which writes it led to.
  func note(_ scenario: Scenario, _ work: () async throws -> Void) async throws {
    let start = try WriteLog.length(of: log)
    try await work()
    let end = try WriteLog.length(of: log)
    try #require(end > start, "nothing was written for the \(scenario.rawValue)")
    moments.withLock { $0[scenario] = start..<end }
  }

  /// Boots boards with what the disk held at `count` moments, some at the same time, and demands that each is well.
  func replay(count: Int, firstSeed: Int, machines: Int) async throws {
    let log = try WriteLog(path: log)
    let moments = self.moments.withLock { $0 }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      var (next, well) = (firstSeed, 0)
      func start() {
        guard next < firstSeed + count else { return }
        let seed = next
        next += 1
        group.addTask {
          do {
            print("board: cut \(seed): \(try await self.boot(seed: seed, log: log, moments: moments))")
            return true
          } catch {
            print("board: cut \(seed): FAILED: \(error)")
            Issue.record("the board did not survive cut \(seed): \(error)")
            return false
          }
        }
      }
      for _ in 0..<machines { start() }
      while let wasWell = try await group.next() {
        well += wasWell ? 1 : 0
        start()
      }
      print("board: \(well) of \(count) boards are well after a power cut; the next seed is \(next)")
    }
  }

  /// Boots one and returns a line about it.
  private func boot(seed: Int, log: WriteLog, moments: [Scenario: Range<Int>]) async throws -> String {
    let scenario = Scenario.allCases[(seed - 1) % Scenario.allCases.count]
    let range = try #require(moments[scenario])
    var random = RandomStream(seed: (0..<32).map { UInt8(truncatingIfNeeded: seed >> (8 * ($0 % 8))) })
    // Between any two flushes with the same chance: most writes are a slot's contents, which hardly matter.
    let flushes = [range.lowerBound] + range.filter { log.entries[$0].flags.contains(.flush) } + [range.upperBound]
    let index = Int(random.below(UInt64(flushes.count - 1)))
    let length = flushes[index] + Int(random.below(UInt64(flushes[index + 1] - flushes[index] + 1)))
    let cut = PowerCut(after: length, of: log.entries, seed: random.next())

    let board = try await Board.boot(image.path, laptop: image.laptop) { try cut.replay(log, to: $0) }
    let info = try await board.info(within: .seconds(400))
    let time = ContinuousClock.now.seconds(since: board.machine.started)
    let slot = info["image"]["slot"].text ?? "no slot"
    guard ["a", "b"].contains(slot) else { throw Command.Failed(description: "it runs from \(slot)") }
    let data = info["boot"]["data"].text ?? "nothing"
    guard ["kept", "repaired"].contains(data) else { throw Command.Failed(description: "its data: \(data)") }
    guard info["hostname"].text == Board.label else { throw Command.Failed(description: "it has lost its name") }
    try await board.machine.shell.greeting()
    let peers = try await board.machine.shell.demand("peernetd peers")
    try check(peers, after: length, moments)
    try await board.close()
    return "\(scenario.rawValue), write \(length) of \(range), \(cut.durable) flushed; "
      + "answers after \(time), slot \(slot), data \(data), \(peers.split(separator: "\n").count) peers"
  }

  /// The first two are always trusted; the newcomer once it was paired until it was unpaired, and meanwhile as may be.
  private func check(_ peers: String, after length: Int, _ moments: [Scenario: Range<Int>]) throws {
    for label in ["laptop", "colleague"] where !peers.contains(label) {
      throw Command.Failed(description: "it has forgotten the \(label): \(peers)")
    }
    let (pairing, unpairing) = (try #require(moments[.pairing]), try #require(moments[.unpairing]))
    let isKnown = peers.contains(newcomer)
    if length >= pairing.upperBound && length <= unpairing.lowerBound && !isKnown {
      throw Command.Failed(description: "it has forgotten the newcomer, which was paired: \(peers)")
    }
    if (length <= pairing.lowerBound || length >= unpairing.upperBound) && isKnown {
      throw Command.Failed(description: "it trusts the newcomer, which is not paired: \(peers)")
    }
  }
}
