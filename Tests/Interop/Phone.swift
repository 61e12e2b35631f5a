import Boards
import ETF
import PeerNet
import PeerNetClient
import Sodium
import Testing

/// An application of ours on loopback: all that the tests use of `PeerNode` goes through here.
struct Phone: Sendable {
  typealias Options = LaptopNode.Options

  let key: PublicKey
  let port: UInt16
  private let laptop: LaptopNode
  private var node: PeerNode { laptop.node }

  /// Starts a phone that trusts these peers, each with its grants.
  static func start(
    trusting peers: [PublicKey] = [], grants: Grants = .everything, options: Options = Options(),
    identity: Identity = Identity()
  ) async throws -> Phone {
    var options = options
    options.grants = grants
    options.listens = true
    let laptop = try await LaptopNode(trusting: peers, options: options, identity: { identity.keyPair })
    return Phone(key: laptop.key, port: try #require(laptop.port), laptop: laptop)
  }

  func stop() async { await node.stop() }

  // MARK: Peers

  func pair(_ key: PublicKey) async throws { try await node.pair(key, label: "peer", allow: .everything) }
  func unpair(_ key: PublicKey) async throws { try await node.unpair(key) }

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
  var closings: [CloseReason] { laptop.log.closings }
  /// How many connections it has dialled and accepted, and with which wire.
  var openings: [(wire: Wire, dialled: Bool)] { laptop.log.openings }
  /// Where this key was announced.
  func sightings(of key: PublicKey) -> [Endpoint] { laptop.log.sightings.filter { $0.key == key }.map(\.endpoint) }
}
