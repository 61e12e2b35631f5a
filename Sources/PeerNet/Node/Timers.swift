/// When something is due, by name, and when the first of it is.
///
/// A row is the node's own, or a connection's, or a peer's. Whoever owns it works the time out from its own state and
/// writes it here each time that it may have changed; from this the node's deadline is derived.
struct Timers {
  /// The node's own rows.
  enum Name: Int, CaseIterable {
    /// Peers that have used up their turn are served again.
    case turns
    /// A discovery has something to say.
    case discovery
    /// The dials start over: the network has changed.
    case network
    /// The next stranger may be answered.
    case strangers
  }

  /// The row of a connection or of a peer, until it is removed.
  struct Row { fileprivate let index: Int }

  private var rows = [Instant](repeating: .distantFuture, count: Name.allCases.count)
  /// Rows that were removed; the next one takes the place of one of them.
  private var free: [Int] = []
  /// The earliest of all rows; nil when the row that was it has moved.
  private var earliest: Instant?

  /// When the first row is due; `.distantFuture` when none is.
  var deadline: Instant {
    mutating get {
      if let earliest { return earliest }
      var first = Instant.distantFuture
      for due in rows where due < first { first = due }
      earliest = first
      return first
    }
  }

  mutating func add() -> Row {
    if let index = free.popLast() { return Row(index: index) }
    rows.append(.distantFuture)
    return Row(index: rows.count - 1)
  }

  mutating func remove(_ row: Row) {
    self[row] = .distantFuture
    free.append(row.index)
  }

  /// When the row is due; `.distantFuture` while it is not.
  subscript(row: Row) -> Instant {
    get { rows[row.index] }
    set {
      let before = rows[row.index]
      rows[row.index] = newValue
      guard let first = earliest else { return }
      if newValue <= first { earliest = newValue } else if before == first { earliest = nil }
    }
  }

  /// The same of a row of the node's own.
  subscript(name: Name) -> Instant {
    get { self[Row(index: name.rawValue)] }
    set { self[Row(index: name.rawValue)] = newValue }
  }
}
