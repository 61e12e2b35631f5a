import PeerNet

/// Where a node's bytes go: sockets on Linux, a platform's own network on a phone, memory in a test.
///
/// A transport owns an executor, and everything of it but `executor` is used on that executor alone, where the node
/// lives, too.
public protocol Transport: AnyObject, Sendable {
  /// The thread or queue of the node.
  var executor: any SerialExecutor { get }

  /// The current time, on a clock that goes on while the device sleeps.
  func now() -> Instant

  /// Opens the listening port if there is to be one.
  ///
  /// - Returns: the port to announce, or nil.
  func open() throws(PeerNetError) -> UInt16?

  /// Joins the node with the network: carries its outputs out, feeds it what comes back and keeps its timer.
  func attach(_ node: Node, onEvent: @escaping (Event) -> Void) throws(PeerNetError)

  /// Carries out what the node wants after one of its verbs was called. Events may arrive before it returns.
  func carryOut()

  /// Sends what is left for at most a moment, then closes everything.
  func close()
}
