import PeerNet
import Seeds

/// What liveness says to the other end.
public enum Message: Hashable, Sendable {
  /// To be answered by a `pong` with the same number.
  case ping(UInt32)
  /// The answer.
  case pong(UInt32)
  /// A word that wants no answer.
  case beat
}

/// How a message goes.
public enum Channel: Sendable {
  /// In the connection's TCP stream, behind whatever waits there.
  case stream
  /// As a datagram of its own.
  case datagram
}

/// What a detector wants done.
public enum Action: Sendable {
  case say(Message, Channel)
  /// The peer is overdue: what could be done in advance is done now.
  case suspect
  /// It was heard again.
  case relieved
  /// The connection is given up.
  case dead
}

/// One end's idea of whether the other one lives. It sees what was received, and time; what it wants done it adds to
/// `actions`. `timeout` is called at `deadline`, and any time before.
public protocol Detector: AnyObject {
  var deadline: Instant { get }
  func timeout(now: Instant, actions: inout [Action])
  func received(_ message: Message, _ channel: Channel, now: Instant, actions: inout [Action])
}

/// A heartbeat policy, of ours or of somebody else.
public struct Policy: Sendable {
  /// As it stands in the table.
  public let name: String
  /// What one message costs above TCP, or in a datagram above UDP: bytes.
  public let bytes: @Sendable (Message, Channel) -> Int
  /// How long TCP may wait for an acknowledgment; nil for the kernel's limit.
  public var userTimeout: TimeSpan?
  /// Whether there is a TCP stream at all, whose end is an end of the connection, too.
  public var usesStream = true
  /// Of a policy that ships: the profile by which our nodes run it.
  public var profile: LivenessProfile?
  /// A detector for one end of a connection that was heard just now.
  public let detector: @Sendable (SeededGenerator, Instant) -> any Detector
}
