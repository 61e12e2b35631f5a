import PeerNet
import Sodium

/// One machine of a `World`: what stands there, and with it power, a radio and a processor that may be busy with
/// something else.
public struct Machine {
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

  /// What its node is made of, and made of again after a power cut.
  struct Specification {
    let trusted: [Int]
    let allow: Grants
    let wire: Wire?
    let configuration: NodeConfiguration
  }

  /// A node or a script.
  public internal(set) var party: any Party
  /// Of a node; a scripted party is made by its test.
  let specification: Specification?
  /// Where it is reached; packets to any other address are nobody's.
  public internal(set) var address: UInt32
  /// Added to the world's time: a machine's clock has an origin of its own, and may leap forward.
  var clockAhead: TimeSpan
  /// Without power nothing is sent, heard or remembered.
  public internal(set) var hasPower = true
  /// Whether the radio is associated; the kernel knows.
  public internal(set) var hasLink = true
  /// Asleep: neither the kernel nor the program runs.
  public internal(set) var isSuspended = false
  /// Neither hears nor says anything, and nobody is told.
  var isCutOff = false
  /// Leaves what is sent to it in the sender's kernel.
  var isSlowReader = false
  /// Its kernel loses acknowledgements while the program leaves something unread.
  var hasSmallBuffers = false
  /// The program does not run before this, while the kernel goes on.
  var stalledUntil = Instant.zero
  var backlog: [Delivery] = []
  /// When the agenda wakes the program next.
  var wakesAt = Instant.distantFuture
  /// How often the program was run by its deadline.
  public internal(set) var wakeUps = 0

  /// What stands there, where that is a node.
  public var node: Node { party as! Node }
  /// What peers name it by.
  public var publicKey: PublicKey { party.publicKey }
  /// Where it is dialled.
  public var endpoint: Endpoint { Endpoint(ipv4: address, port: World.port) }

  var runs: Bool { hasPower && !isSuspended }
  /// A dial to it meets nobody.
  var isSilent: Bool { isCutOff || !hasPower || !hasLink }
}
