import Disk
import Seeds
import Testing

/// Boards that are updated, tried, confirmed, given up and cut off from power at random, in memory.
struct PowerCutTests {
  /// The disk of such a board, its programs and what runs on it.
  private struct Board {
    enum Contents { case whole(isGood: Bool), half }

    /// The power went: what was going on ends, and the board boots.
    struct PowerCut: Error {}

    var random: SeededGenerator
    var copies: [DiskCopy: [UInt8]] = [:]
    var slots: [Slot: Contents] = [.a: .whole(isGood: true), .b: .half]
    var running = Slot.a
    var isTrial = false

    init(seed: UInt64) {
      random = SeededGenerator(seed: seed)
      let empty = [UInt8](repeating: 0, count: 4096)
      let first = SlotEnvironmentPair(first: empty, second: empty).update(to: SlotEnvironment(confirmed: .a))
      copies = [.first: first.bytes, .second: first.bytes]
    }

    var pair: SlotEnvironmentPair { SlotEnvironmentPair(first: copies[.first]!, second: copies[.second]!) }

    func isWhole(_ slot: Slot) -> Bool { if case .whole = slots[slot]! { true } else { false } }
    func isGood(_ slot: Slot) -> Bool { if case .whole(true) = slots[slot]! { true } else { false } }

    /// Writes a copy; the power may go at any byte of it, and leave noise where it went.
    mutating func write(_ update: SlotEnvironmentUpdate) throws {
      let before = pair.current
      var bytes = update.bytes
      if random.chance(of: 4) {
        let cut =
          random.chance(of: 2) ? Int.random(in: 0...8, using: &random) * 512 : Int.random(in: 0...4096, using: &random)
        bytes = Array(bytes[..<cut]) + copies[update.copy]![cut...]
        if cut < 4096, random.chance(of: 3) {
          for index in cut..<min(cut + 512, 4096) { bytes[index] = UInt8.random(in: 0...255, using: &random) }
        }
        copies[update.copy] = bytes
        #expect(pair.current == before || pair.current == update.environment)
        throw PowerCut()
      }
      copies[update.copy] = bytes
      #expect(pair.current == update.environment)
    }

    mutating func boot() {
      while true {
        let choice = BootChoice.choose(pair) { isWhole($0) }
        do {
          if let update = choice.update { try write(update) }
        } catch {
          continue
        }
        #expect(isWhole(choice.slot), "a half-written slot was started")
        running = choice.slot
        isTrial = choice.isTrial
        return
      }
    }

    mutating func step() throws {
      guard let current = pair.current else { return }
      switch Int.random(in: 0..<6, using: &random) {
      case 0:
        guard let target = try? current.writable(running: running) else { return }
        let cancelled = try current.cancelling(running: running)
        if cancelled != current { try write(pair.update(to: cancelled)) }
        slots[target] = .half
        if random.chance(of: 4) { throw PowerCut() }
        slots[target] = .whole(isGood: random.chance(of: 2))
      case 1:
        guard let next = try? current.trying(isVerified: isWhole(current.confirmed.other)) else { return }
        try write(pair.update(to: next))
      case 2:
        guard isGood(running), let next = try? current.confirming(running: running), next != current else { return }
        try write(pair.update(to: next))
      case 3:
        guard isTrial else { return }
        try write(pair.update(to: current.failing(.noNetwork)))
        throw PowerCut()
      case 4:
        guard let next = try? current.cancelling(running: running), next != current else { return }
        try write(pair.update(to: next))
      default:
        throw PowerCut()
      }
    }
  }

  @Test func aConfirmedWholeSlotAlwaysBoots() {
    var seen = (trials: 0, rollbacks: 0, swaps: 0)
    for seed in UInt64(0)..<100 {
      var board = Board(seed: seed)
      board.boot()
      for _ in 0..<60 {
        let before = board.pair.current!
        do { try board.step() } catch { board.boot() }
        guard let after = board.pair.current else {
          Issue.record("no environment is valid any more, seed \(seed)")
          return
        }
        #expect(after.generation >= before.generation, "seed \(seed)")
        #expect(board.isGood(after.confirmed), "a slot that never worked is the confirmed one, seed \(seed)")
        if board.isTrial { seen.trials += 1 }
        if after.failed != nil, before.failed == nil { seen.rollbacks += 1 }
        if after.confirmed != before.confirmed { seen.swaps += 1 }
      }
      // Whatever went on, a board that is left alone comes to rest in its confirmed slot.
      for _ in 0..<50 where board.isTrial || board.pair.current?.trial != nil { board.boot() }
      #expect(!board.isTrial)
      #expect(board.running == board.pair.current?.confirmed)
    }
    // The sequences did reach what they are about.
    #expect(seen.trials > 200 && seen.rollbacks > 40 && seen.swaps > 40, "\(seen)")
  }

  /// The power goes at each byte of a write once.
  @Test func everyCutLeavesTheOldOrTheNew() throws {
    let empty = [UInt8](repeating: 0, count: 4096)
    let old = SlotEnvironmentPair(first: empty, second: empty).update(to: SlotEnvironment(confirmed: .a))
    let trying = SlotEnvironmentPair(first: old.bytes, second: empty).update(
      to: try old.environment.trying(isVerified: true))
    let confirmed = SlotEnvironmentPair(first: old.bytes, second: trying.bytes)
      .update(to: try trying.environment.confirming(running: .b))
    #expect(confirmed.copy == .first)
    for cut in 0...4096 {
      let torn = Array(confirmed.bytes[..<cut]) + old.bytes[cut...]
      let pair = SlotEnvironmentPair(first: torn, second: trying.bytes)
      #expect(pair.current == (torn == confirmed.bytes ? confirmed.environment : trying.environment))
    }
  }
}

extension SeededGenerator {
  fileprivate mutating func chance(of denominator: UInt64) -> Bool { next() % denominator == 0 }
}
