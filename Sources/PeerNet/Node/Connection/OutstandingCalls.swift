/// Our calls on one connection that wait for their replies.
struct OutstandingCalls {
  struct Call: Numbered {
    let number: UInt64
    let deadline: Instant
    /// Its place among the envelopes of its connection.
    let position: UInt64
  }

  private(set) var calls = NumberedList<Call>()
  /// No call is to be given up before this.
  private(set) var deadline = Instant.distantFuture

  var count: Int { calls.count }
  var isEmpty: Bool { calls.isEmpty }

  mutating func add(_ number: UInt64, position: UInt64, deadline: Instant) {
    calls.append(Call(number: number, deadline: deadline, position: position))
    self.deadline = min(self.deadline, deadline)
  }

  /// A reply has come, or nobody waits for it any more. False when there is no such call.
  mutating func remove(_ number: UInt64) -> Bool {
    guard calls.remove(number) != nil else { return false }
    if calls.isEmpty { deadline = .distantFuture }
    return true
  }

  /// The calls whose time is over, in order.
  mutating func takeExpired(now: Instant) -> [Call] {
    guard now >= deadline else { return [] }
    var next = Instant.distantFuture
    let expired = calls.take {
      if now >= $0.deadline { return true }
      next = min(next, $0.deadline)
      return false
    }
    deadline = next
    return expired
  }

  /// The connection has ended, and with it all of them, in order. A peer may have run only what was handed to the
  /// transport: whatever still waited behind it can be asked again without harm.
  mutating func end(handedOver: UInt64, _ reason: CloseReason) -> [(number: UInt64, outcome: CallOutcome)] {
    deadline = .distantFuture
    return calls.take { _ in true }
      .map { ($0.number, $0.position <= handedOver ? .lost(reason) : .notSent(reason)) }
  }
}
