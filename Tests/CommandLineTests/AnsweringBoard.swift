import Boards
import ETF
import PeerNet
import PeerNetClient
import PeerNetClientLinux
import Sodium
import Testing

/// A node in this process, on loopback, that answers as a board does.
struct AnsweringBoard {
  let node: PeerNode
  let key: PublicKey
  let port: UInt16

  var address: String { "127.0.0.1:\(port)" }

  init(
    _ index: UInt8, trusting laptop: PublicKey?, grants: Grants = .everything,
    announcingTo discoveryPort: UInt16? = nil,
    port: UInt16 = 0,
    _ handlers: [String: PeerNode.Handler] = [:]
  ) async throws {
    key = TestBoard.identity(index).publicKey
    var list = TrustList()
    if let laptop { try list.add(TrustEntry(key: laptop, label: Array("laptop".utf8), grants: grants)) }
    var configuration = PeerNode.Configuration(store: MemoryStore(identity: TestBoard.identity(index), trust: list))
    configuration.connectsAutomatically = false
    configuration.network = Network(
      listen: .loopback(port: port), discoveryPort: discoveryPort, interfaces: ["lo"])
    node = try await Self.node(configuration, handlers)
    self.port = try #require(await node.port)
  }

  /// A port whose last owner is still closing is waited for.
  private static func node(_ configuration: PeerNode.Configuration, _ handlers: [String: PeerNode.Handler])
    async throws -> PeerNode
  {
    let deadline = ContinuousClock.now + .seconds(10)
    while true {
      let node = try PeerNode(configuration)
      for (name, handler) in handlers.sorted(by: { $0.key < $1.key }) { await node.expose(name, handler: handler) }
      do {
        try await node.start()
        return node
      } catch  where ContinuousClock.now < deadline {
        await node.stop()
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }

  /// Pairs the laptop with it, which then knows its address.
  func pair(_ laptop: Laptop, label: String = "board") async throws {
    let outcome = try await laptop.run(
      "pair", String(decoding: key.text, as: UTF8.self), label, "--at", address, "--wire", "2")
    #expect(outcome.status == 0, "\(outcome.talk)")
  }
}
