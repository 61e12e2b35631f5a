import Glibc
import Linux

/// Runs `body` on a new thread.
func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t {
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

func join(_ thread: pthread_t) { pthread_join(thread, nil) }

private final class Box {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

extension Pipe {
  /// A descriptor of the reading end that nobody owns.
  borrowing func takeReadingForTest() -> Int32 { fcntl(reading.number, F_DUPFD_CLOEXEC, 0) }
}
