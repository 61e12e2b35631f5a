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

private final class Slot<Value>: @unchecked Sendable {
  var value: Value?
  init() {}
}

func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) -> Result {
  let slot = Slot<Result>()
  join(startThread { slot.value = body() })
  return slot.value!
}

/// Gives the calling thread an empty descriptor table of its own: unshare(CLONE_FILES) and close_range.
func unshareDescriptors() -> Bool {
  guard let unshare = dlsym(nil, "unshare"), let closeRange = dlsym(nil, "close_range") else { return false }
  typealias Unshare = @convention(c) (Int32) -> Int32
  typealias CloseRange = @convention(c) (UInt32, UInt32, Int32) -> Int32
  return unsafeBitCast(unshare, to: Unshare.self)(0x400) == 0
    && unsafeBitCast(closeRange, to: CloseRange.self)(3, .max, 0) == 0
}

/// Gives the calling thread a network of its own: unshare(CLONE_NEWNET).
func unshareNetwork() -> Bool {
  guard let unshare = dlsym(nil, "unshare") else { return false }
  return unsafeBitCast(unshare, to: (@convention(c) (Int32) -> Int32).self)(0x4000_0000) == 0
}

extension Pipe {
  /// A descriptor of the reading end that nobody owns.
  borrowing func takeReadingForTest() -> Int32 { fcntl(reading.number, F_DUPFD_CLOEXEC, 0) }
}
