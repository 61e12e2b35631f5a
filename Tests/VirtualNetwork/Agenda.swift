import PeerNet

/// What will happen, soonest first; what is due at the same instant happens in the order in which it was entered.
public struct Agenda<Happening> {
  private struct Entry {
    let at: Instant
    let order: Int64
    let happening: Happening

    func precedes(_ other: Entry) -> Bool { at == other.at ? order < other.order : at < other.at }
  }

  private var heap: [Entry] = []
  private var order: Int64 = 0
  private var lowestOrder: Int64 = 0

  /// Nothing is to happen.
  public init() {}

  /// When the next thing happens; `distantFuture` when nothing does.
  public var next: Instant { heap.first?.at ?? .distantFuture }

  /// Enters something.
  public mutating func add(_ happening: Happening, at: Instant) {
    order += 1
    insert(Entry(at: at, order: order, happening: happening))
  }

  /// Enters something that happens before whatever was entered for the same instant.
  public mutating func addFirst(_ happening: Happening, at: Instant) {
    lowestOrder -= 1
    insert(Entry(at: at, order: lowestOrder, happening: happening))
  }

  private mutating func insert(_ entry: Entry) {
    var index = heap.count
    heap.append(entry)
    while index > 0, entry.precedes(heap[(index - 1) / 2]) {
      heap[index] = heap[(index - 1) / 2]
      index = (index - 1) / 2
    }
    heap[index] = entry
  }

  /// Takes the soonest thing out if it is due.
  public mutating func take(dueAt now: Instant) -> Happening? {
    guard let first = heap.first, first.at <= now else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty { sink(last) }
    return first.happening
  }

  /// Nothing is to happen any more.
  public mutating func clear() { heap.removeAll(keepingCapacity: true) }

  private mutating func sink(_ entry: Entry) {
    var index = 0
    while true {
      var child = 2 * index + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
      guard heap[child].precedes(entry) else { break }
      heap[index] = heap[child]
      index = child
    }
    heap[index] = entry
  }
}
