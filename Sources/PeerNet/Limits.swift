/// Bounds and times that we chose; what the protocol fixes stands in `WireFormat`.
public struct Limits: Sendable {
  /// From a connection's start to a finished handshake.
  public var handshakeDeadline: TimeSpan = .seconds(5)
  /// From asking for a TCP connection to having it.
  public var dialDeadline: TimeSpan = .seconds(5)
  /// How long a dial to one address runs alone before the next address is tried beside it.
  public var dialStagger: TimeSpan = .milliseconds(300)
  /// Dials to one peer at once.
  public var maximumAttempts = 3
  /// How many dials of a round go once more to an address that has not answered, when no other is left to try.
  public var dialRepeats = 2
  /// Peers that are dialled at once when the node starts.
  public var dialBurst = 64
  /// Between the dials of the others.
  public var dialSpacing: TimeSpan = .milliseconds(5)
  /// Changes of the network within this time start the dials over once.
  public var networkInterval: TimeSpan = .seconds(2)
  /// Silence after which a peer is asked, less up to a tenth of jitter; nil for the profile's.
  public var heartbeatInterval: TimeSpan?
  /// Silence after which a peer is dead in any case; nil for the profile's times, which adapt.
  public var heartbeatTimeout: TimeSpan?
  /// The first wait before a peer is dialled again; doubles up to `redialCeiling`, always jittered.
  public var redialFloor: TimeSpan = .milliseconds(250)
  /// The longest wait before a peer is dialled again.
  public var redialCeiling: TimeSpan = .seconds(30)
  /// Between two dials of one peer that announces caused.
  public var hintInterval: TimeSpan = .seconds(2)
  /// Between two pings of a dialler on PeerNet/1 that has heard nothing yet; no longer than `handshakeDeadline`.
  public var overtureInterval: TimeSpan = .milliseconds(250)
  /// How long a duplicate connection that should win may take to answer a probe (Protocol, One connection).
  public var probeDeadline: TimeSpan = .seconds(2)
  /// How long a duplicate that lost may live on for the calls that are still on it.
  public var retirement: TimeSpan = .seconds(60)
  /// Authenticated connections at once.
  public var maximumConnections = 1_024
  /// Connections from others that have not proven a trusted key yet.
  public var maximumHalfOpen = 64
  /// How many of these an address at which a trusted key was proven may hold whoever else comes; all such addresses
  /// together may hold half of them.
  public var maximumHalfOpenOfKnownAddress = 4
  /// How long a new connection has precedence over others that are equally likely friends.
  public var strangerPatience: TimeSpan = .milliseconds(500)
  /// Between two answers to an M1 that prove no trusted key in the end, in the long run. Each costs the processor what
  /// nothing else of a stranger's does.
  public var answerSpacing: TimeSpan = .milliseconds(16)
  /// How many of these answers may be given at once; half of them only to addresses at which a trusted key was proven.
  public var answerBurst: Int64 = 64
  /// Connections a key, so that a CLI and an app may share an identity.
  public var maximumInstances = 4
  /// Calls from one peer that wait for their answers.
  public var maximumRequestsPerPeer = 256
  /// Calls of ours that wait on one connection.
  public var maximumCallsPerConnection = 4_096
  /// Bytes that may wait for a slow peer before it is given up.
  public var maximumQueuedBytes = 8 << 20
  /// How many bytes may wait for a slow peer before the node stops reading from it.
  public var maximumOwedBytes = Int.max
  /// How many bytes are read all the same from a suspect: more than the kernel keeps of a connection that is not read.
  public var maximumReadAhead = 128 << 10
  /// Bytes that one peer's connections may hold here together: received and not served, of requests at work, and said and
  /// not taken by the kernel. Beyond that the connection that holds the most of them ends.
  public var maximumPeerBytes = 128 << 20
  /// The same of all peers. None may hold more than is left of it, so that there is always room for another one.
  public var maximumBytes = 1 << 30
  /// The most bytes of an envelope that are assembled from chunks. A larger request is answered with `too_large`.
  public var maximumEnvelope = WireFormat.maximumEnvelope
  /// How much input of a peer is served before other peers have their turn: in bytes, with 1,024 added for each
  /// envelope.
  public var maximumTurn = 4 << 20
  /// A buffer of at most so many bytes is kept for the next message of a connection that is in use.
  public var keptBuffer = 4 << 20
  /// Sealed bytes handed to the transport at once.
  public var sendBudget = 256 << 10

  /// The values of Protocol, Times and bounds.
  public init() {}
}
