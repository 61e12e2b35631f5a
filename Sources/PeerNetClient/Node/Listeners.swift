/// Who listens to a node. What a listener that is slow misses, it misses: a node waits for nobody.
struct Listeners<Element: Sendable> {
  private var continuations: [UInt64: AsyncStream<Element>.Continuation] = [:]
  private var last: UInt64 = 0
  private var isFinished = false

  var isEmpty: Bool { continuations.isEmpty }

  /// A stream of what is told from now on. It has ended when the node has stopped.
  ///
  /// - Parameter forget: called, from anywhere, when the listener has gone.
  mutating func add(
    keeping limit: Int, forget: @escaping @Sendable (UInt64) -> Void
  ) -> (AsyncStream<Element>, AsyncStream<Element>.Continuation) {
    let (stream, continuation) = AsyncStream.makeStream(of: Element.self, bufferingPolicy: .bufferingNewest(limit))
    if isFinished {
      continuation.finish()
    } else {
      last += 1
      continuations[last] = continuation
      let id = last
      continuation.onTermination = { _ in forget(id) }
    }
    return (stream, continuation)
  }

  mutating func remove(_ id: UInt64) { continuations[id] = nil }

  func tell(_ element: Element) { for continuation in continuations.values { continuation.yield(element) } }

  mutating func finish() {
    isFinished = true
    let all = continuations.values
    continuations = [:]
    for continuation in all { continuation.finish() }
  }
}
