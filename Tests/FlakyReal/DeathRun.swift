import PeerNet
import PeerNetClient
import RealLinks
import Seeds
import VirtualNetwork

/// Links that become black holes while they are idle, all of them at times of their own, again and again.
struct DeathRun {
  /// Of every black hole, sorted.
  private(set) var suspected: [TimeSpan] = []
  private(set) var declared: [TimeSpan] = []
  private(set) var declaredByBoard: [TimeSpan] = []
  /// From its end to the first answer.
  private(set) var usable: [TimeSpan] = []
  /// Black holes that an end had not noticed after two minutes.
  private(set) var missed = 0
  /// Connections that were lost before the black hole.
  private(set) var falseAlarms = 0

  /// What one black hole gave.
  private struct Hole: Sendable {
    var suspected: TimeSpan?
    var declared: TimeSpan?
    var declaredByBoard: TimeSpan?
    var usable: TimeSpan?
    var wasFalseAlarm = false
  }

  init(_ weather: Weather, options: Options) async throws {
    let field = try await Field(options.links, seed: options.seed) { _ in weather }
    let holes = try await withThrowingTaskGroup(of: [Hole].self) { group in
      for index in 0..<options.links {
        group.addTask {
          var dice = SeededGenerator(seed: options.seed, part: UInt64(1_000 + index))
          var holes: [Hole] = []
          for _ in 0..<options.rounds { holes.append(try await Self.hole(field, index, &dice)) }
          return holes
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    try await field.close()
    suspected = holes.compactMap { $0.suspected }.sorted()
    declared = holes.compactMap { $0.declared }.sorted()
    declaredByBoard = holes.compactMap { $0.declaredByBoard }.sorted()
    usable = holes.compactMap { $0.usable }.sorted()
    missed = holes.count { $0.declared == nil || $0.declaredByBoard == nil }
    falseAlarms = holes.count { $0.wasFalseAlarm }
  }

  private static func hole(_ field: Field, _ index: Int, _ dice: inout SeededGenerator) async throws -> Hole {
    var hole = Hole()
    while await !field.answers(index, timeout: .seconds(20)) { try await Task.sleep(for: .milliseconds(50)) }
    let idle = Field.now()
    try await Task.sleep(for: .nanoseconds((.seconds(10) + dice.duration(below: .seconds(15))).nanoseconds))
    while await !(field.laptop.node.isConnected(to: field.boards[index].key)) {
      try await Task.sleep(for: .milliseconds(50))
    }
    hole.wasFalseAlarm = field.lost(index, since: idle) != nil || field.lostByBoard(index, since: idle) != nil
    let start = Field.now()
    let end = start + .seconds(120)
    // A suspicion that the black hole overtook has the second dial under way already.
    if await field.isSuspect(index) { hole.suspected = .zero }
    field.lan.forwarder.change(index) { $0.setBlackHole(true) }
    while (hole.declared == nil || hole.declaredByBoard == nil) && Field.now() < end {
      hole.declared = field.lost(index, since: start).map { $0 - start }
      hole.declaredByBoard = field.lostByBoard(index, since: start).map { $0 - start }
      try await Task.sleep(for: .milliseconds(50))
    }
    if hole.suspected == nil { hole.suspected = field.suspicions(index, since: start).first.map { $0 - start } }
    if max(hole.declared ?? .seconds(120), hole.declaredByBoard ?? .seconds(120)) > .seconds(30) {
      field.tell(index, start, "its black hole")
    }
    field.lan.forwarder.change(index) { $0.setBlackHole(false) }
    let back = Field.now()
    while await !field.answers(index, timeout: .seconds(20)) { try await Task.sleep(for: .milliseconds(20)) }
    hole.usable = Field.now() - back
    return hole
  }
}
