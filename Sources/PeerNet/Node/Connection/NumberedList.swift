/// Something with a number that no other one has, and that is higher than all before it.
protocol Numbered {
  var number: UInt64 { get }
}

/// Elements in the order of their numbers: found by halves, and mostly taken out where they have stood the longest.
struct NumberedList<Element: Numbered> {
  private var storage: [Element] = []
  /// So many at the front were taken out already.
  private var head = 0

  var elements: ArraySlice<Element> { storage[head...] }
  var count: Int { storage.count - head }
  var isEmpty: Bool { count == 0 }

  mutating func append(_ element: Element) { storage.append(element) }

  mutating func remove(_ number: UInt64) -> Element? {
    var low = head
    var high = storage.count
    while low < high {
      let middle = (low + high) / 2
      if storage[middle].number < number { low = middle + 1 } else { high = middle }
    }
    guard low < storage.count, storage[low].number == number else { return nil }
    let element = storage[low]
    if low == head { head += 1 } else { storage.remove(at: low) }
    // Moved down rarely enough that each element is moved once or twice.
    if head > storage.count / 2 { moveDown() }
    return element
  }

  /// Takes out all that are due to go, in order.
  mutating func take(where isTaken: (Element) -> Bool) -> [Element] {
    moveDown()
    var taken: [Element] = []
    storage.removeAll { element in
      guard isTaken(element) else { return false }
      taken.append(element)
      return true
    }
    return taken
  }

  private mutating func moveDown() {
    storage.removeSubrange(0..<head)
    head = 0
  }
}
