import PeerNet
import Seeds
import VirtualNetwork

/// One machine of a `FlakyWorld`: a node, the kernel's half of its connections, power, a radio and a processor that may
/// be busy with something else.
public struct Host {
  /// What the kernel has for the program.
  enum Delivery {
    case accepted(connection: Int)
    case connected(connection: Int)
    case dialFailed(ConnectionID, CloseReason)
    case bytes(connection: Int, side: Int, [UInt8])
    case drained(ConnectionID)
    case ended(connection: Int, side: Int, CloseReason)
    case datagram([UInt8], from: Endpoint)
    case probe([UInt8], from: Endpoint)
    case networkChanged
    case linkLost
  }

  public internal(set) var node: Node
  /// Where it is reached; packets to any other address are nobody's.
  public internal(set) var address: UInt32
  /// Without power nothing is sent, heard or remembered.
  public internal(set) var hasPower = true
  /// Whether the radio is associated; the kernel knows.
  public internal(set) var hasLink = true
  /// Asleep: neither the kernel nor the program runs.
  public internal(set) var isSuspended = false
  /// The program does not run before this, while the kernel goes on.
  var stalledUntil = Instant.zero
  var backlog: [Delivery] = []
  /// When the agenda wakes the node next.
  var wakesAt = Instant.distantFuture
  /// Added to the world's time: each machine's clock has an origin of its own, and may leap forward.
  var clockAhead: TimeSpan
  /// How often the program was run by its deadline.
  public internal(set) var wakeUps = 0

  var runs: Bool { hasPower && !isSuspended }
}

/// One TCP connection of two hosts: each kernel's end, and the bytes that are between them.
struct Connection {
  struct Side {
    let host: Int
    let address: UInt32
    /// The program's name for it; nil once it has closed it, and before it has accepted it.
    var id: ConnectionID?
    var tcp: TCPEnd
    /// Whether this side's kernel knows the connection.
    var exists: Bool
    /// What the program has heard of its life.
    var isOpen = false
    var isOver = false
    /// Written here and not yet read over there.
    var outgoing: [UInt8] = []
    /// The position of the first of them.
    var read = 0
    var wakesAt = Instant.distantFuture
  }

  var sides: [Side]
  let dialled: Endpoint
}
