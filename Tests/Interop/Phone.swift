import ETF
import PeerNet
import PeerNetClient
import PeerNetClientLinux
import Sodium
import Synchronization
import Testing

/// An application of ours on loopback: all that the tests use of `PeerNode` goes through here.
struct Phone: Sendable {
  struct Options {
    var discoveryPort: UInt16?
    /// Whether it announces itself.
    var announces = false
    /// Stay connected to every trusted peer on its own.
    var dials = false
    var heartbeatInterval: TimeSpan?
    var heartbeatTimeout: TimeSpan?
  }

  let key: PublicKey
  let port: UInt16
  private let node: PeerNode
  private let log: EventLog

  /// Starts a phone that trusts these peers, each with its grants.
  static func start(
    trusting peers: [PublicKey] = [], grants: Grants = .everything, options: Options = Options(),
    identity: Identity = Identity()
  ) async throws -> Phone {
    var configuration = PeerNode.Configuration(
      store: MemoryStore(identity: identity.keyPair, trust: try list(peers, grants)))
    configuration.connectsAutomatically = options.dials
    configuration.network = Network(
      listen: .loopback(), discoveryPort: options.discoveryPort, interfaces: ["lo"], announces: options.announces)
    if let interval = options.heartbeatInterval { configuration.node.limits.heartbeatInterval = interval }
    if let timeout = options.heartbeatTimeout { configuration.node.limits.heartbeatTimeout = timeout }
    let node = try PeerNode(configuration)
    try await node.start()
    let log = EventLog()
    log.follow(await node.events)
    return Phone(key: identity.key, port: try #require(await node.port), node: node, log: log)
  }

  func stop() async { await node.stop() }

  // MARK: Peers

  func pair(_ key: PublicKey) async throws { try await node.pair(key, label: "peer", allow: .everything) }
  func unpair(_ key: PublicKey) async throws { try await node.unpair(key) }

  private static func list(_ peers: [PublicKey], _ grants: Grants) throws -> TrustList {
    var list = TrustList()
    for (index, key) in peers.enumerated() {
      try list.add(TrustEntry(key: key, label: Array("peer\(index)".utf8), grants: grants))
    }
    return list
  }

  func connect(to peer: ErlangPeer) async throws {
    try await node.connect(to: peer.key, at: [peer.endpoint], timeout: .seconds(30))
  }

  func disconnect(from peer: ErlangPeer) async { await node.disconnect(from: peer.key) }
  func isConnected(to key: PublicKey) async -> Bool { await node.isConnected(to: key) }
  func wire(to key: PublicKey) async -> Wire? { await node.statuses.first { $0.entry.key == key }?.wire }

  // MARK: Calls

  func call(
    _ peer: ErlangPeer, _ handle: Atom, _ arguments: Term = .map([]), timeout: Duration = .seconds(30)
  ) async throws -> Term {
    try await node.call(peer.key, handle, arguments, timeout: timeout)
  }

  func send(_ peer: ErlangPeer, _ handle: Atom, _ arguments: Term) async throws {
    try await node.send(peer.key, handle, arguments)
  }

  func ping(_ peer: ErlangPeer) async throws -> Duration { try await node.ping(peer.key) }

  func expose(_ handle: String, _ answer: @escaping @Sendable (Term) async throws -> Term) async {
    await node.expose(handle) { try await answer($0.arguments) }
  }

  // MARK: What happened

  /// Why connections have ended, in order.
  var closings: [CloseReason] { log.closings }
  /// How many connections it has dialled and accepted, and with which wire.
  var openings: [(wire: Wire, dialled: Bool)] { log.openings }
  /// Where this key was announced.
  func sightings(of key: PublicKey) -> [Endpoint] { log.sightings.filter { $0.key == key }.map(\.endpoint) }
}

/// What the events of a phone's node told, in order.
private final class EventLog: Sendable {
  private struct State {
    var closings: [CloseReason] = []
    var openings: [(wire: Wire, dialled: Bool)] = []
    var sightings: [Sighting] = []
  }

  private let state = Mutex(State())

  var closings: [CloseReason] { state.withLock { $0.closings } }
  var openings: [(wire: Wire, dialled: Bool)] { state.withLock { $0.openings } }
  var sightings: [Sighting] { state.withLock { $0.sightings } }

  func follow(_ events: AsyncStream<Event>) {
    Task {
      for await event in events {
        state.withLock { state in
          if case .opened(_, _, _, let wire, let dialled) = event { state.openings.append((wire, dialled)) }
          if case .closed(_, _, let reason) = event { state.closings.append(reason) }
          if case .sighted(let sighting) = event { state.sightings.append(sighting) }
        }
      }
    }
  }
}
