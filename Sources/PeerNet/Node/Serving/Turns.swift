/// In which order the input of connections is served.
///
/// A turn begins with the first event at a new time. In it each peer is served so much; whoever has more waits for the
/// next one.
struct Turns {
  private(set) var number: UInt64 = 0
  private(set) var began = Instant.zero
  /// Connections whose input is served as soon as the outputs are carried out.
  private var continued: [Connection] = []
  /// Connections whose peers have used up their turn.
  private var waiting: [Connection] = []

  /// When the next turn is due.
  var deadline: Instant { waiting.isEmpty ? .distantFuture : began }

  /// The first event at a new time begins a new turn.
  mutating func begin(at now: Instant) {
    if now != began { beginNext(at: now) }
  }

  private mutating func beginNext(at now: Instant) {
    began = now
    number += 1
  }

  mutating func goOnAfterOutputs(_ connection: Connection) { continued.append(connection) }

  mutating func takeContinued() -> Connection? { continued.popLast() }

  mutating func wait(_ connection: Connection) { waiting.append(connection) }

  /// Begins the next turn, for those that have waited for it.
  mutating func next(at now: Instant) -> [Connection] {
    beginNext(at: now)
    defer { waiting = [] }
    return waiting
  }

  /// Those of them whose peers were served by others: the connections of one peer take turns at being the first.
  mutating func passOver(_ connections: [Connection]) { waiting = connections + waiting }
}
