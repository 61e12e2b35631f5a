import PeerNet

/// Where a node's bytes go: sockets on Linux, a platform's own network on a phone, memory in a test.
///
/// A transport owns an executor. Everything of it but ``executor`` is used on that executor alone, where the node
/// lives, too; so neither needs a lock. It decides nothing: it dials, writes and closes what the node tells it to, and
/// tells the node what came of it.
///
/// A node is attached once and a transport is closed once; it is not opened again after that.
public protocol Transport: AnyObject, Sendable {
  /// The thread or queue of the node. It is asked once.
  var executor: any SerialExecutor { get }

  /// The current time, on a clock that never goes back and goes on while the device sleeps.
  func now() -> Instant

  /// Opens the listening port if there is to be one.
  ///
  /// - Returns: the port that peers can dial, or nil.
  func open(_ network: Network) throws(PeerNetError) -> UInt16?

  /// Joins the node with the network: carries out what it wants, feeds it what comes back and keeps its timer.
  ///
  /// - Parameters:
  ///   - onEvent: takes each of the node's events in order; it may call the node and ``carryOut()``.
  ///   - onTrouble: takes what a person should know of and the node cannot mend, such as an interface that is missing.
  func attach(_ node: Node, onEvent: @escaping (Event) -> Void, onTrouble: @escaping (String) -> Void)
    throws(PeerNetError)

  /// Carries out what the node wants after one of its verbs was called. Events may arrive before it returns.
  func carryOut()

  /// Takes no more connections, sends what is left for at most a moment, closes everything, then calls `done` once.
  func close(_ done: @escaping @Sendable () -> Void)
}
