import Basics
import Seeds
import TestKit
import Testing

@testable import Reactor

@Suite struct TimerHeapTests {
  @Test(arguments: [1, 2, 3] as [UInt64]) func matchesAModel(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var heap = TimerHeap<Int>()
    var model: [(id: Int, timer: Timer, deadline: Instant, order: Int)] = []
    var gone: [Timer] = []
    var order = 0
    var now = Instant.zero
    for id in 0..<10_000 {
      order += 1
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<5:
        let deadline = now + .nanoseconds(.random(in: 0..<500, using: &random))
        model.append((id, heap.schedule(at: deadline, id), deadline, order))
      case 5 where !model.isEmpty:
        let at = Int.random(in: 0..<model.count, using: &random)
        holds(heap.cancel(model[at].timer) == model[at].id)
        gone.append(model.remove(at: at).timer)
      case 6 where !model.isEmpty:
        let at = Int.random(in: 0..<model.count, using: &random)
        model[at].deadline = now + .nanoseconds(.random(in: 0..<500, using: &random))
        model[at].order = order
        holds(heap.move(model[at].timer, to: model[at].deadline))
      case 7 where !gone.isEmpty:
        let stale = gone[Int.random(in: 0..<gone.count, using: &random)]
        #expect(!heap.contains(stale))
        holds(heap.cancel(stale) == nil)
        holds(!heap.move(stale, to: .zero))
      default:
        now = now + .nanoseconds(.random(in: 0..<20, using: &random))
        let due = model.filter { $0.deadline <= now }.sorted { ($0.deadline, $0.order) < ($1.deadline, $1.order) }
        var fired: [Int] = []
        while let id = heap.popDue(at: now, before: heap.horizon) { fired.append(id) }
        #expect(fired == due.map { $0.id })
        gone += due.map { $0.timer }
        model.removeAll { $0.deadline <= now }
      }
      #expect(heap.count == model.count)
      if id % 16 == 0 { #expect(heap.earliest == model.map { $0.deadline }.min()) }
    }
  }

  @Test func aTurnRunsOnlyWhatWasSetBefore() {
    var heap = TimerHeap<Int>()
    _ = heap.schedule(at: Instant(nanoseconds: 1), 1)
    let horizon = heap.horizon
    _ = heap.schedule(at: Instant(nanoseconds: 0), 2)
    holds(heap.popDue(at: Instant(nanoseconds: 5), before: horizon) == nil)
    holds(heap.popDue(at: Instant(nanoseconds: 5), before: heap.horizon) == 2)
  }
}
