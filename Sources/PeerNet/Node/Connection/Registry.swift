/// Every connection of the node that is not closed, by its id.
struct Registry {
  /// Ordered by id.
  private(set) var connections: [Connection] = []
  private var last: UInt64 = 0

  /// An id that no connection of this node ever had.
  mutating func newID() -> ConnectionID {
    last += 1
    return ConnectionID(last)
  }

  mutating func add(_ connection: Connection) { connections.append(connection) }

  /// False when it is not there any more.
  mutating func remove(_ id: ConnectionID) -> Bool {
    guard let index = index(of: id) else { return false }
    connections.remove(at: index)
    return true
  }

  subscript(id: ConnectionID) -> Connection? { index(of: id).map { connections[$0] } }

  private func index(of id: ConnectionID) -> Int? {
    var low = 0
    var high = connections.count
    while low < high {
      let middle = (low + high) / 2
      if connections[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return low < connections.count && connections[low].id == id ? low : nil
  }
}
