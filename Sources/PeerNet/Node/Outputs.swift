/// What was decided and is still to be carried out, in order. Bytes to write are not among it: whoever has some is asked
/// when nothing else is left.
struct Outputs {
  private var queue: [Output?] = []
  private var head = 0

  var isEmpty: Bool { head == queue.count }

  mutating func append(_ output: Output) { queue.append(output) }

  mutating func popFirst() -> Output? {
    guard head < queue.count else { return nil }
    let output = queue[head].take()
    head += 1
    if head == queue.count {
      queue.removeAll(keepingCapacity: queue.capacity <= 256)
      head = 0
    }
    return output
  }
}
