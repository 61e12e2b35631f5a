import PeerNet

/// Where a node's bytes go: sockets on Linux, a platform's own network on a phone, memory in a test.
///
/// This and ``PeerStore`` are all that a platform has to bring; the article "Writing a transport" says step by step what one
/// must do, and ``MemoryTransport`` does it in the fewest lines.
///
/// A transport owns an executor. Everything of it but ``executor``, ``enter(_:)`` and ``now()`` is used on that executor
/// alone, where the node lives, too; so neither needs a lock. It decides nothing: it dials, writes and closes what the node's `nextOutput()`
/// says, and tells the node what came of it.
///
/// A node is attached once. A transport is closed once and not opened again after that; one whose ``open(_:)`` has
/// thrown may be opened again. One that is let go without having been closed closes everything.
public protocol Transport: AnyObject, Sendable {
  /// The thread or queue of the node: the same one each time, for as long as the transport lives.
  var executor: any SerialExecutor { get }

  /// Has `body` run on the executor, once, after everything that was entered or enqueued there before, and never inside
  /// something else that runs there. Any thread may call this, at any time in the transport's life, after the close, too.
  ///
  /// It is the way of a call to the node and of a handler's answer. A transport that can runs `body` on the calling thread,
  /// before this returns, while nothing else runs on the executor: then no other thread has to be woken.
  func enter(_ body: @escaping @Sendable () -> Void)

  /// The current time, on a clock that never goes back and goes on while the device sleeps.
  func now() -> Instant

  /// Opens the listening port if there is to be one.
  ///
  /// - Returns: the port that peers can dial, or nil.
  func open(_ network: Network) throws(PeerNetError) -> UInt16?

  /// Joins the node with the network: carries out what it wants, feeds it what comes back and keeps its timer.
  ///
  /// Begins with the node's `handleNetworkChange(now:)`: whom the node misses it then asks for.
  ///
  /// - Parameters:
  ///   - onEvent: takes each of the node's events in order; it may call ``perform(_:)`` in turn.
  ///   - onTrouble: takes what a person should know of and the node cannot mend, such as an interface that is missing.
  func attach(_ node: Node, onEvent: @escaping (Event) -> Void, onTrouble: @escaping (String) -> Void)
    throws(PeerNetError)

  /// Calls the node that was attached, then carries out all that the node wants. Events may arrive before it returns, and
  /// whoever takes one may call this in turn. Without a node it does nothing.
  func perform(_ body: (Node) -> Void)

  /// Takes no more connections, sends what is left for at most two seconds, closes everything, then calls `done` once.
  /// It may never have been opened.
  func close(_ done: @escaping @Sendable () -> Void)
}
