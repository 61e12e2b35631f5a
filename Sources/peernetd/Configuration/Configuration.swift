import PeerNet

/// What the daemon was told to be: the values of `peernetd.conf`, or good defaults where it says nothing.
///
/// Explicit settings beat remembered state; a key of the file that stands at its default is as explicit as any other.
struct Configuration: Equatable, Sendable {
  /// The file that is read unless `--config` names another. It need not exist.
  static let standardFile: StaticString = "/etc/peernet/peernetd.conf"

  enum Board: Equatable, Sendable { case simulated, linux }

  // [node]
  /// The TCP port; 0 lets the kernel choose, which announces then tell.
  var port: UInt16 = 4040
  /// The address to listen on, its port always 0 here: `listenEndpoint` has both. Default: all, IPv4 and IPv6.
  var listen = Endpoint(high: 0, low: 0, port: 0)
  /// What this board calls itself, up to 64 bytes; nil is the host's name.
  var name: [UInt8]?
  /// Whether the board announces itself by UDP, and how often.
  var announce = true
  var announceInterval = TimeSpan.seconds(5)
  /// The UDP port of announces and of those who ask (Protocol, UDP).
  var discoveryPort: UInt16 = 4040
  /// Whether the board answers who asks for peers by UDP.
  var solicit = true
  /// The interfaces that discovery uses; empty is every one that can.
  var interfaces: [[UInt8]] = []
  /// Whether the board dials the trusted peers that it hears of.
  var dial = true
  /// How closely connections are watched, and at what cost (Protocol, Heartbeat).
  var link = LivenessProfile.wifi
  /// nil leaves them to the profile.
  var heartbeatInterval: TimeSpan?
  var heartbeatTimeout: TimeSpan?
  /// Bounds on authenticated connections and on those that have not proven a trusted key yet.
  var maximumConnections = 128
  var maximumHalfOpen = Limits().maximumHalfOpen

  // [paths], all absolute; nil follows from the state folder, and that from the board's layout.
  var state: [UInt8]?
  var trust: [UInt8]?
  var key: [UInt8]?
  /// Sockets and other files that end with the process.
  var runtime = Array("/run/peernet".utf8)

  // [board]
  var board = Board.linux
  var profile = Array("/etc/peernet/board.conf".utf8)

  // [image]
  var image = ImageSettings()

  // [log]
  var level = LogLevel.info

  var listenEndpoint: Endpoint { listen.with(port: port) }
}
