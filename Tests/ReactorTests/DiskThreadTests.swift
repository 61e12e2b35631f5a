import Basics
import Glibc
import Linux
import Synchronization
import Testing
import Threads

@testable import Reactor

/// A disk that takes its time, beside a loop that goes on.
@Suite struct DiskThreadTests {
  /// Counts in two threads.
  private final class Count: Sendable {
    private let number = Atomic(0)
    var value: Int { number.load(ordering: .sequentiallyConsistent) }
    func add() { number.add(1, ordering: .sequentiallyConsistent) }
  }

  /// Each flush takes until the loop has made three more turns: a loop that waited for it would never make them.
  @Test func theLoopTurnsWhileTheDiskIsWaitedFor() throws {
    let reactor = try Reactor()
    let disk = DiskThread(reactor: reactor)
    let turns = Count()
    reactor.onTurn = { turns.add() }
    func tick() { reactor.schedule(after: .milliseconds(1)) { tick() } }
    tick()
    var ended: [Int] = []
    let late = Count()
    for number in 0..<16 {
      disk.run({
        let wanted = turns.value + 3
        let limit = Clock.now() + .seconds(10)
        while turns.value < wanted {
          guard Clock.now() < limit else { return late.add() }
          usleep(500)
        }
      }) { ended.append(number) }
    }
    #expect(disk.isBusy)
    try reactor.run { !disk.isBusy }
    #expect(late.value == 0, "the loop stood still")
    #expect(ended == Array(0..<16), "in the order in which they came")
  }

  @Test func whatEndsMayAskForMore() throws {
    let reactor = try Reactor()
    let disk = DiskThread(reactor: reactor)
    var left = 100
    func again() {
      left -= 1
      if left > 0 { disk.run({}) { again() } }
    }
    disk.run({}) { again() }
    try reactor.run { left == 0 }
    #expect(!disk.isBusy)
  }

  /// At the end what was begun is waited for, but not for ever.
  @Test func theEndWaitsForADiskAndNotForOneThatHangs() throws {
    let reactor = try Reactor()
    let disk = DiskThread(reactor: reactor)
    var isWritten = false
    disk.run({ usleep(30_000) }) { isWritten = true }
    disk.finish(within: .seconds(10))
    #expect(isWritten)
    let hangs = Count()
    disk.run({ while hangs.value == 0 { usleep(1_000) } }) {}
    disk.finish(within: .milliseconds(50))
    #expect(disk.isBusy)
    hangs.add()
    try reactor.run { !disk.isBusy }
  }
}
