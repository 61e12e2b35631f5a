/// What the outside world is still to be asked for, in order: first what was decided, then what connections have to write.
struct Outputs {
  private var queue: [Output?] = []
  private var head = 0
  /// Connections that may have bytes to write.
  private var writers: [Connection] = []

  /// Whether nothing but bytes is left.
  var isEmpty: Bool { head == queue.count }

  mutating func append(_ output: Output) { queue.append(output) }

  /// A connection may have bytes to write. They are taken as late as possible, so that many envelopes are one write.
  mutating func note(_ connection: Connection) {
    guard !connection.isListed else { return }
    connection.isListed = true
    writers.append(connection)
  }

  mutating func next() -> Output? {
    if head < queue.count {
      let output = queue[head].take()
      head += 1
      if head == queue.count {
        queue.removeAll(keepingCapacity: queue.capacity <= 256)
        head = 0
      }
      return output
    }
    while let connection = writers.popLast() {
      connection.isListed = false
      if !connection.isClosed, let bytes = connection.session.takeOutput() { return .send(connection.id, bytes) }
    }
    return nil
  }
}
