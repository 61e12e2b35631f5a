import Glibc

/// Runs `body` on a new thread.
public func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t {
  var thread = pthread_t()
  let box = Unmanaged.passRetained(Box(body))
  let result = pthread_create(
    &thread, nil,
    { argument in
      Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
      return nil
    }, box.toOpaque())
  precondition(result == 0)
  return thread
}

public func join(_ thread: pthread_t) { pthread_join(thread, nil) }

/// What `body` returns on a thread that is started for it and ends with it.
public func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) -> Result {
  let slot = Slot<Result>()
  join(startThread { slot.value = body() })
  return slot.value!
}

private final class Box {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private final class Slot<Value>: @unchecked Sendable {
  var value: Value?
  init() {}
}
