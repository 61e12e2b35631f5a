import Boards
import ETF
import PeerNet
import PeerNetClient
import PeerNetClientLinux
import Sodium
import Synchronization
import Testing

/// The other end of a board's link: a node of our own, on loopback alone.
struct Laptop {
  let node: PeerNode
  /// Set for a laptop that listens.
  let port: UInt16?
  let key: PublicKey
  let closings: Closings

  struct Options {
    var seed: UInt8 = 1
    /// Dial with this wire, whatever is known of the board.
    var wire: Wire?
    var discoveryPort: UInt16?
    var listens = false
    var announces = false
    /// Stay connected to every trusted peer on its own.
    var dials = false

    /// One connection from the start, without an upgrade on the way.
    static func wireTwo(seed: UInt8 = 1) -> Options {
      var options = Options()
      options.seed = seed
      options.wire = .two
      return options
    }
  }

  /// Starts a laptop that trusts these boards.
  init(trusting boards: PublicKey..., options: Options = Options()) async throws {
    let seed = options.seed
    try await self.init(trusting: boards, options: options) { TestBoard.identity(seed) }
  }

  /// Starts a laptop of that identity.
  init(trusting boards: [PublicKey], options: Options, identity: @escaping @Sendable () -> KeyPair) async throws {
    key = identity().publicKey
    var list = TrustList()
    for (index, board) in boards.enumerated() {
      try list.add(TrustEntry(key: board, label: Array("board\(index)".utf8), grants: .none, wire: options.wire))
    }
    var configuration = PeerNode.Configuration(store: MemoryStore(identity: identity(), trust: list))
    configuration.connectsAutomatically = options.dials
    configuration.network = Network(
      listen: options.listens ? .loopback() : nil, discoveryPort: options.discoveryPort, interfaces: ["lo"],
      announces: options.announces)
    node = try PeerNode(configuration)
    closings = Closings()
    try await node.start()
    port = await node.port
    closings.follow(await node.events)
  }

  /// This laptop's line in a board's trust list.
  static func entry(_ grants: String = "", seed: UInt8 = 1, wire: Wire? = nil) throws -> TrustEntry {
    TrustEntry(
      key: TestBoard.identity(seed).publicKey, label: Array("laptop\(seed)".utf8),
      grants: grants.isEmpty ? .none : try #require(Grants(text: Array(grants.utf8))), wire: wire)
  }

  func connect(to board: RunningBoard) async throws {
    try await node.connect(to: board.key, at: [board.endpoint], timeout: .seconds(20))
  }

  func call(_ board: RunningBoard, _ name: Atom, _ arguments: Term = .map([])) async throws -> Term {
    try await node.call(board.key, name, arguments, timeout: .seconds(20))
  }

  /// Calls `{rpc, Module, Function, Arguments}` of `beam_admin`.
  func rpc(_ board: RunningBoard, _ module: Atom, _ function: Atom, _ arguments: Term = .list([])) async throws -> Term
  {
    try await call(
      board, "beam_admin", .tuple([.atom("rpc"), .atom(module), .atom(function), arguments]))
  }

  /// Which wire the connection to a board speaks.
  func wire(to board: RunningBoard) async -> Wire? {
    await node.status(of: board.key)?.wire
  }
}

/// Why connections of a laptop's have ended, in order.
final class Closings: Sendable {
  private let reasons = Mutex<[CloseReason]>([])

  var all: [CloseReason] { reasons.withLock { $0 } }

  func follow(_ events: AsyncStream<Event>) {
    Task {
      for await event in events {
        if case .closed(_, _, let reason) = event { reasons.withLock { $0.append(reason) } }
      }
    }
  }
}

extension Term {
  /// The value of a binary key.
  func value(_ key: String) -> Term? { self[binaryKey: key] }
}

func binary(_ text: String) -> Term { .binary(Array(text.utf8)) }
