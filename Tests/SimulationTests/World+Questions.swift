import PeerNet
import Testing
import VirtualNetwork

// What these tests ask of a world.
extension World {
  /// Ordered links, and nodes that are held to their invariants after each input.
  convenience init(seed: UInt8) {
    self.init(.ordered, seed: UInt64(seed))
    inspect = { $0.checkInvariants(now: $1) }
  }

  /// Lets time pass in small steps until something has happened, or for ten seconds in vain.
  func run(until hasHappened: () -> Bool) {
    for _ in 0..<10_000 where !hasHappened() { run(.milliseconds(1)) }
    #expect(hasHappened())
  }

  /// How many authenticated connections a node has with another.
  func open(_ node: Int, with other: Int) -> Int {
    var open: Set<ConnectionID> = []
    let key = machines[other].publicKey
    for (_, event) in events[node] {
      switch event {
      case .opened(let id, key, _, _, _): open.insert(id)
      case .closed(let id, key, _): open.remove(id)
      default: break
      }
    }
    return open.count
  }

  func count(_ node: Int, where matches: (Event) -> Bool) -> Int { events[node].count { matches($0.event) } }

  /// How many events each had, announces aside.
  var happened: [Int] { machines.indices.map { count($0) { if case .sighted = $0 { false } else { true } } } }
}
