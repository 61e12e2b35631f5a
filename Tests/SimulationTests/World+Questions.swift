import PeerNet

// What has happened.
extension World {
  /// How many authenticated connections a node has with another.
  func open(_ node: Int, with other: Int) -> Int {
    var open: Set<ConnectionID> = []
    for (_, event) in events[node] {
      switch event {
      case .opened(let id, parties[other].publicKey, _, _, _): open.insert(id)
      case .closed(let id, parties[other].publicKey, _): open.remove(id)
      default: break
      }
    }
    return open.count
  }

  func outcome(_ node: Int, _ call: CallID) -> [CallOutcome] {
    events[node].compactMap { if case .callFinished(call, let outcome) = $0.event { outcome } else { nil } }
  }

  func count(_ node: Int, where matches: (Event) -> Bool) -> Int { events[node].count { matches($0.event) } }

  /// How many events each had, announces aside.
  var happened: [Int] { parties.indices.map { count($0) { if case .sighted = $0 { false } else { true } } } }
}
