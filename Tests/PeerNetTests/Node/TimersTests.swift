import Sodium
import Testing

@testable import PeerNet

@Suite struct TimersTests {
  private static func at(_ seconds: UInt64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

  @Test func theEarliestRowIsTheDeadline() {
    var timers = Timers()
    #expect(timers.deadline == .distantFuture)
    let row = timers.add()
    timers[row] = Self.at(5)
    timers[.network] = Self.at(7)
    #expect(timers.deadline == Self.at(5) && timers[row] == Self.at(5))
    timers[row] = Self.at(9)
    #expect(timers.deadline == Self.at(7))
    timers[.network] = .distantFuture
    #expect(timers.deadline == Self.at(9))
    timers.remove(row)
    #expect(timers.deadline == .distantFuture)
  }

  /// Who comes after somebody that is gone finds nothing of his.
  @Test func aNewRowIsNotDue() {
    var timers = Timers()
    let rows = (1...3).map { _ in timers.add() }
    for row in rows { timers[row] = Self.at(3) }
    timers.remove(rows[1])
    let row = timers.add()
    #expect(timers[row] == .distantFuture)
    timers[row] = Self.at(1)
    #expect(timers[rows[0]] == Self.at(3) && timers[rows[2]] == Self.at(3) && timers.deadline == Self.at(1))
  }

  @Test(arguments: 0..<4) func anyOrderOfChanges(seed: UInt8) {
    var random = RandomStream(seed: [UInt8](repeating: seed, count: 32))
    var timers = Timers()
    var rows: [(row: Timers.Row, due: Instant)] = []
    for _ in 0..<2_000 {
      let due = Self.at(random.below(50))
      switch random.below(4) {
      case 0: rows.append((timers.add(), .distantFuture))
      case 1 where !rows.isEmpty: timers.remove(rows.remove(at: Int(random.below(UInt64(rows.count)))).row)
      case 2, 3:
        guard !rows.isEmpty else { continue }
        let index = Int(random.below(UInt64(rows.count)))
        timers[rows[index].row] = due
        rows[index].due = due
      default: break
      }
      if random.below(2) == 0 { #expect(timers.deadline == rows.map(\.due).min() ?? .distantFuture) }
    }
  }
}
