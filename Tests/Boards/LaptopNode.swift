import ETF
import PeerNet
import PeerNetClient
import PeerNetClientLinux
import Sodium
import Testing

/// The other end of a board's link: a node of our own in this process, on loopback alone unless it is put elsewhere.
public struct LaptopNode: Sendable {
  public let node: PeerNode
  /// Set for a laptop that listens.
  public let port: UInt16?
  public let key: PublicKey
  public let log: EventLog

  public struct Options: Sendable {
    public var seed: UInt8 = 1
    /// What it lets those call that it trusts.
    public var grants = Grants.none
    /// Dial with this wire, whatever is known of the board.
    public var wire: Wire?
    public var interface = "lo"
    public var discoveryPort: UInt16?
    public var listens = false
    public var announces = false
    /// Stay connected to every trusted peer on its own.
    public var dials = false
    public var heartbeatInterval: TimeSpan?
    public var heartbeatTimeout: TimeSpan?

    public init() {}

    /// One connection from the start, without an upgrade on the way.
    public static func wireTwo(seed: UInt8 = 1) -> Options {
      var options = Options()
      options.seed = seed
      options.wire = .two
      return options
    }
  }

  /// Starts a laptop that trusts these boards.
  public init(trusting boards: PublicKey..., options: Options = Options()) async throws {
    let seed = options.seed
    try await self.init(trusting: boards, options: options) { TestBoard.identity(seed) }
  }

  /// Starts a laptop of that identity; `make` makes its node where that is not done by itself.
  public init(
    trusting boards: [PublicKey], options: Options, identity: @escaping @Sendable () -> KeyPair,
    by make: (PeerNode.Configuration) throws -> PeerNode = { try PeerNode($0) }
  ) async throws {
    key = identity().publicKey
    var list = TrustList()
    for (index, board) in boards.enumerated() {
      try list.add(
        TrustEntry(key: board, label: Array("board\(index)".utf8), grants: options.grants, wire: options.wire))
    }
    var configuration = PeerNode.Configuration(store: MemoryStore(identity: identity(), trust: list))
    configuration.connectsAutomatically = options.dials
    configuration.network = Network(
      listen: options.listens ? .loopback() : nil, discoveryPort: options.discoveryPort,
      interfaces: [options.interface], announces: options.announces)
    if let interval = options.heartbeatInterval { configuration.node.limits.heartbeatInterval = interval }
    if let timeout = options.heartbeatTimeout { configuration.node.limits.heartbeatTimeout = timeout }
    node = try make(configuration)
    log = EventLog()
    try await node.start()
    port = await node.port
    log.follow(await node.events)
  }

  /// This laptop's line in a board's trust list.
  public static func entry(_ grants: String = "", seed: UInt8 = 1, wire: Wire? = nil) throws -> TrustEntry {
    TrustEntry(
      key: TestBoard.identity(seed).publicKey, label: Array("laptop\(seed)".utf8),
      grants: grants.isEmpty ? .none : try #require(Grants(text: Array(grants.utf8))), wire: wire)
  }

  public func connect(to board: RunningBoard) async throws {
    try await node.connect(to: board.key, at: [board.endpoint], timeout: .seconds(20))
  }

  public func call(_ board: RunningBoard, _ name: Atom, _ arguments: Term = .map([])) async throws -> Term {
    try await node.call(board.key, name, arguments, timeout: .seconds(20))
  }

  /// Calls `{rpc, Module, Function, Arguments}` of `beam_admin`.
  public func rpc(
    _ board: RunningBoard, _ module: Atom, _ function: Atom, _ arguments: Term = .list([])
  ) async throws -> Term {
    try await call(
      board, "beam_admin", .tuple([.atom("rpc"), .atom(module), .atom(function), arguments]))
  }

  /// Which wire the connection to a board speaks.
  public func wire(to board: RunningBoard) async -> Wire? {
    await node.status(of: board.key)?.wire
  }
}
