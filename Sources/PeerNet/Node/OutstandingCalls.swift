/// Our calls on one connection that wait for their replies.
struct OutstandingCalls {
  struct Call {
    let deadline: Instant
    /// Its place among the envelopes of its connection.
    let position: UInt64
  }

  private(set) var calls: [UInt64: Call] = [:]
  /// No call is to be given up before this.
  private(set) var deadline = Instant.distantFuture

  var count: Int { calls.count }
  var isEmpty: Bool { calls.isEmpty }

  mutating func add(_ id: UInt64, position: UInt64, deadline: Instant) {
    calls[id] = Call(deadline: deadline, position: position)
    self.deadline = min(self.deadline, deadline)
  }

  /// A reply has come, or nobody waits for it any more. False when there is no such call.
  mutating func remove(_ id: UInt64) -> Bool {
    guard calls.removeValue(forKey: id) != nil else { return false }
    if calls.isEmpty { deadline = .distantFuture }
    return true
  }

  /// The calls whose time is over, in order.
  mutating func takeExpired(now: Instant) -> [UInt64] {
    guard now >= deadline else { return [] }
    var expired: [UInt64] = []
    deadline = .distantFuture
    for (id, call) in calls {
      if now >= call.deadline { expired.append(id) } else { deadline = min(deadline, call.deadline) }
    }
    for id in expired { calls[id] = nil }
    return expired.sorted()
  }

  /// All calls, in order, when the connection ends of whose envelopes so many have left, at least in part.
  mutating func takeAll(handedOver: UInt64) -> [(id: UInt64, hasLeft: Bool)] {
    let all = calls.map { (id: $0.key, hasLeft: $0.value.position <= handedOver) }.sorted { $0.id < $1.id }
    calls = [:]
    deadline = .distantFuture
    return all
  }
}
