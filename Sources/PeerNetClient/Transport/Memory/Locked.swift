import Synchronization

/// A `Mutex` that the thread sanitizer understands, too: where a mutex is made of what is inside the standard library,
/// the sanitizer does not see that one turn comes after the other. It sees an atomic of this module.
struct Locked<Value: ~Copyable>: ~Copyable, Sendable {
  private let value: Mutex<Value>
  private let turn = Atomic(false)

  init(_ value: consuming sending Value) { self.value = Mutex(value) }

  func withLock<Result, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    try value.withLock { value throws(Failure) in
      _ = turn.load(ordering: .acquiring)
      defer { turn.store(true, ordering: .releasing) }
      return try body(&value)
    }
  }
}
