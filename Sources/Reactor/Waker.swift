import Linux

/// The one part of a ``Reactor`` that other threads may touch.
public final class Waker: @unchecked Sendable {
  let event: EventDescriptor
  private let lock = Lock()
  private var posted: [@Sendable () -> Void] = []

  init() throws(Errno) { event = try EventDescriptor() }

  /// Makes the reactor take a turn.
  public func wake() { event.raise() }

  /// Has `body` run on the reactor's thread, in the order of the posts.
  public func post(_ body: @escaping @Sendable () -> Void) {
    let isFirst = lock.withLock {
      posted.append(body)
      return posted.count == 1
    }
    if isFirst { event.raise() }
  }

  func runPosted() {
    event.take()
    let due = lock.withLock {
      let due = posted
      posted = []
      return due
    }
    for body in due { body() }
  }
}
