import Basics

/// A timer of a ``Reactor``. It names nothing once the timer has fired or was cancelled.
public struct Timer: Hashable, Sendable {
  let slot: UInt32
  let generation: UInt32
}

/// Actions in the order of their deadlines: an indexed binary heap, so that scheduling, moving and cancelling cost O(log n).
/// Equal deadlines run in the order in which they were set.
struct TimerHeap<Action> {
  private struct Slot {
    var action: Action?
    var generation: UInt32 = 0
    /// Where in `heap` the slot stands while `action` is there, else the next free slot.
    var position: UInt32 = 0
  }

  private struct Node {
    var deadline: Instant
    var order: UInt64
    var slot: UInt32

    static func < (one: Node, other: Node) -> Bool {
      one.deadline != other.deadline ? one.deadline < other.deadline : one.order < other.order
    }
  }

  private var slots: [Slot] = []
  private var heap: [Node] = []
  private var firstFree = UInt32.max
  private var order: UInt64 = 0

  var count: Int { heap.count }
  var earliest: Instant? { heap.first?.deadline }

  mutating func schedule(at deadline: Instant, _ action: Action) -> Timer {
    let slot: UInt32
    if firstFree != .max {
      slot = firstFree
      firstFree = slots[Int(slot)].position
    } else {
      slot = UInt32(slots.count)
      slots.append(Slot())
    }
    slots[Int(slot)].action = action
    heap.append(Node(deadline: deadline, order: nextOrder(), slot: slot))
    rise(heap.count - 1)
    return Timer(slot: slot, generation: slots[Int(slot)].generation)
  }

  func contains(_ timer: Timer) -> Bool {
    let index = Int(timer.slot)
    return index < slots.count && slots[index].generation == timer.generation && slots[index].action != nil
  }

  /// False when the timer is no more.
  mutating func move(_ timer: Timer, to deadline: Instant) -> Bool {
    guard contains(timer) else { return false }
    let index = Int(slots[Int(timer.slot)].position)
    heap[index].deadline = deadline
    heap[index].order = nextOrder()
    sink(rise(index))
    return true
  }

  @discardableResult
  mutating func cancel(_ timer: Timer) -> Action? {
    guard contains(timer) else { return nil }
    return remove(at: Int(slots[Int(timer.slot)].position))
  }

  /// The order number that the next timer gets: a turn runs only those set before it began.
  var horizon: UInt64 { order }

  /// Removes and returns the earliest action if it is due at `now`, and was set before `horizon`.
  mutating func popDue(at now: Instant, before horizon: UInt64) -> Action? {
    guard let first = heap.first, first.deadline <= now, first.order < horizon else { return nil }
    return remove(at: 0)
  }

  private mutating func nextOrder() -> UInt64 {
    order += 1
    return order - 1
  }

  private mutating func remove(at index: Int) -> Action? {
    let slot = Int(heap[index].slot)
    let last = heap.removeLast()
    if index < heap.count {
      heap[index] = last
      sink(rise(index))
    }
    let action = slots[slot].action.take()
    slots[slot].generation &+= 1
    slots[slot].position = firstFree
    firstFree = UInt32(slot)
    return action
  }

  @discardableResult
  private mutating func rise(_ start: Int) -> Int {
    let node = heap[start]
    var index = start
    while index > 0 {
      let parent = (index - 1) / 2
      guard node < heap[parent] else { break }
      place(heap[parent], at: index)
      index = parent
    }
    place(node, at: index)
    return index
  }

  private mutating func sink(_ start: Int) {
    let node = heap[start]
    var index = start
    while true {
      var child = 2 * index + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < node else { break }
      place(heap[child], at: index)
      index = child
    }
    place(node, at: index)
  }

  private mutating func place(_ node: Node, at index: Int) {
    heap[index] = node
    slots[Int(node.slot)].position = UInt32(index)
  }
}
