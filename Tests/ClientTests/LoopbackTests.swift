import ETF
import PeerNet
import PeerNetClient
import PeerNetClientLinux
import Sodium
import Testing

@Suite struct LoopbackTests {
  static func key(_ index: UInt8) -> KeyPair {
    var stream = RandomStream(seed: [UInt8](repeating: index, count: 32))
    return KeyPair.generate(from: &stream)
  }

  static func node(_ index: UInt8, trusting other: UInt8, wire: Wire?) throws -> PeerNode {
    var list = TrustList()
    try list.add(
      TrustEntry(key: key(other).publicKey, label: [UInt8(ascii: "a") + other], grants: .everything, wire: wire))
    var configuration = PeerNode.Configuration(store: MemoryStore(identity: key(index), trust: list))
    configuration.connectsAutomatically = false
    configuration.network = Network(listen: .loopback(), discoveryPort: nil)
    return try PeerNode(configuration)
  }

  @Test(arguments: [Wire.one, Wire.two, nil]) func callsOverRealSockets(wire: Wire?) async throws {
    let server = try Self.node(1, trusting: 2, wire: wire)
    await server.expose("echo") { $0.arguments }
    try await server.start()
    let port = try #require(await server.port)
    let client = try Self.node(2, trusting: 1, wire: wire)
    try await client.start()
    let board = Self.key(1).publicKey
    try await client.connect(to: board, at: [Endpoint(ipv4: 0x7f00_0001, port: port)])
    let big = Term.binary([UInt8](repeating: 7, count: 900_000))
    #expect(try await client.call(board, "echo", big) == big)
    for number in 0..<100 {
      #expect(try await client.call(board, "echo", .integer(Int64(number))) == .integer(Int64(number)))
    }
    #expect(try await client.ping(board) < .seconds(1))
    await client.stop()
    await server.stop()
  }

  /// Real sockets carry probes both ways: the first question of a connection is one, and it is answered.
  @Test func probesComeBackOverRealSockets() async throws {
    let server = try Self.node(5, trusting: 6, wire: .two)
    try await server.start()
    let port = try #require(await server.port)
    let client = try Self.node(6, trusting: 5, wire: .two)
    try await client.start()
    let board = Self.key(5).publicKey
    try await client.connect(to: board, at: [Endpoint(ipv4: 0x7f00_0001, port: port)])
    try await eventually { await client.status(of: board)?.asked ?? 0 > 0 }
    let status = try #require(await client.status(of: board))
    #expect(status.unanswered == 0 && status.liveness == .alive)
    await client.stop()
    await server.stop()
  }

  /// Whoever still holds a stopped node is told so and never left waiting, and its thread ends with the last reference.
  @Test func aStoppedNodeAnswersAndGoesAway() async throws {
    weak var thread: ReactorThread?
    do {
      var configuration = PeerNode.Configuration(store: MemoryStore())
      configuration.network.discoveryPort = nil
      let transport = try ReactorThread()
      thread = transport
      let node = PeerNode(configuration, transport: transport)
      try await node.start()
      await node.stop()
      #expect(await node.statuses.isEmpty)
      let other = Self.key(4).publicKey
      await #expect(throws: PeerNetError.stopped) { try await node.call(other, "echo", .integer(1)) }
      await #expect(throws: PeerNetError.stopped) { try await node.connect(to: other) }
      await #expect(throws: PeerNetError.stopped) { try await node.start() }
    }
    // The last job may still be on its way off the thread.
    for _ in 0..<1_000 where thread != nil { try await Task.sleep(for: .milliseconds(5)) }
    #expect(thread == nil)
  }
}
