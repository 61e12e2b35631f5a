import ETF
import PeerNet
import PeerNetClient
import Sodium
import TestKit
import Testing

/// A node of a memory network, with what a test wants to lay hands on.
struct TestNode {
  let node: PeerNode
  let store: MemoryStore
  let host: MemoryTransport
  var key: PublicKey { store.publicKey }

  /// A node that listens, finds others and serves `echo` to whom it trusts.
  init(on network: MemoryNetwork, _ change: (inout PeerNode.Configuration) -> Void = { _ in }) async {
    store = MemoryStore()
    host = network.transport()
    var configuration = PeerNode.Configuration(store: store)
    configuration.network = Network(listen: .any())
    change(&configuration)
    node = PeerNode(configuration, transport: host)
    await node.expose("echo", access: .anyTrusted) { $0.arguments }
  }

  /// Where it can be dialled, once it has started.
  var endpoint: Endpoint { get async throws { host.address.with(port: try #require(await node.port)) } }

  /// Has both trust each other.
  static func pair(_ one: TestNode, _ other: TestNode, wire: Wire? = nil) async throws {
    try await one.node.pair(other.key, label: "other \(other.key)", wire: wire)
    try await other.node.pair(one.key, label: "other \(one.key)", wire: wire)
  }

  /// Waits until the peer can be called, or not any more.
  func waits(for key: PublicKey, isConnected: Bool = true) async throws {
    try await eventually(within: .seconds(30)) { await self.node.isConnected(to: key) == isConnected }
  }
}
