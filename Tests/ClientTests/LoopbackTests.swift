import ETF
import Glibc
import PeerNet
import PeerNetClient
import PeerNetClientLinux
import Sodium
import TestKit
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

  /// What large answers took is given back at both ends once the connection is idle. In a process of its own, whose memory is
  /// this test's alone.
  @Test func aLargeAnswerLeavesNothingBehind() async {
    let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
      for wire in [Wire.one, .two] { try await LoopbackTests().echoMuch(wire) }
    }
    let lines = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self).split(separator: "\n")
    for line in lines where line.hasPrefix("memory") { print(line) }
  }

  private func echoMuch(_ wire: Wire) async throws {
    var pairs: [(server: PeerNode, client: PeerNode, keys: (server: PublicKey, client: PublicKey))] = []
    for index in [1, 3, 5, 7] as [UInt8] {
      let server = try Self.node(index, trusting: index + 1, wire: wire)
      await server.expose("echo") { $0.arguments }
      try await server.start()
      let port = try #require(await server.port)
      let client = try Self.node(index + 1, trusting: index, wire: wire)
      try await client.start()
      let keys = (server: Self.key(index).publicKey, client: Self.key(index + 1).publicKey)
      try await client.connect(to: keys.server, at: [Endpoint(ipv4: 0x7f00_0001, port: port)])
      pairs.append((server, client, keys))
    }
    func echo(_ count: Int) async throws {
      let sent = Term.binary([UInt8](repeating: 7, count: count))
      for (_, client, keys) in pairs { #expect(try await client.call(keys.server, "echo", sent) == sent) }
    }
    // What is large is given back when it is freed: how much of that the C library keeps is the application's business. Neither
    // is in Glibc's module.
    typealias Option = @convention(c) (Int32, Int32) -> Int32
    let setOption = unsafeBitCast(try #require(dlsym(nil, "mallopt")), to: Option.self)
    let mapThreshold: Int32 = -3
    #expect(setOption(mapThreshold, 32_768) == 1)
    for _ in 0..<100 { try await echo(100) }
    let before = try residentKilobytes()
    for _ in 0..<10 { try await echo(900_000) }
    let inUse = try residentKilobytes()
    // Who asks for a sign of life has nothing else to say.
    var after = inUse
    try await eventually(within: .seconds(30)) {
      for (server, client, keys) in pairs { _ = try await (client.ping(keys.server), server.ping(keys.client)) }
      after = try residentKilobytes()
      return after - before < 4_096
    }
    print("memory of eight nodes, \(wire): VmRSS \(before) → \(inUse) → \(after) KiB, echos of 900 KB and then idle")
    #expect(inUse - before < 40_960, "they were kept for the next")
    for (server, client, _) in pairs {
      await client.stop()
      await server.stop()
    }
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
