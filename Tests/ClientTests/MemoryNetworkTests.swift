import ETF
import PeerNet
import PeerNetClient
import Sodium
import TestKit
import Testing

/// Nodes on a transport that knows nothing of an operating system: what the core and the library need of a platform is
/// what `Transport` says, and nothing else.
@Suite(.timeLimit(.minutes(2))) struct MemoryNetworkTests {
  /// Two nodes that know each other's key only find each other, and speak both ways.
  @Test(arguments: [Wire.one, .two, nil], [1, 1_460]) func twoNodesFindEachOther(wire: Wire?, segment: Int) async throws
  {
    let network = MemoryNetwork(segment: segment)
    // One that dials alone: of two connections at once one is closed, and what is under way on it is lost.
    let one = await TestNode(on: network)
    let other = await TestNode(on: network) { $0.connectsAutomatically = false }
    let (messages, inbox) = AsyncStream.makeStream(of: Term.self)
    await other.node.expose("note", access: .anyTrusted) {
      inbox.yield($0.arguments)
      return .atom("ok")
    }
    try await one.node.start()
    try await other.node.start()
    try await TestNode.pair(one, other, wire: wire)
    try await one.waits(for: other.key)
    try await other.waits(for: one.key)
    if let wire { #expect(await one.node.status(of: other.key)?.wire == wire) }

    let text = Term.binary([UInt8](repeating: 7, count: segment == 1 ? 3_000 : 200_000))
    #expect(try await one.node.call(other.key, "echo", text, timeout: .seconds(30)) == text)
    #expect(try await other.node.call(one.key, "echo", text, timeout: .seconds(30)) == text)
    try await one.node.send(other.key, "note", .integer(1))
    try await one.node.send(other.key, "note", .integer(2))
    // Each message has a task of its own, so the second one's handler may run first.
    var notes = messages.makeAsyncIterator()
    let received = [await notes.next(), await notes.next()]
    #expect(received == [.integer(1), .integer(2)] || received == [.integer(2), .integer(1)])
    #expect(try await one.node.ping(other.key) < .seconds(5))
    #expect(try await other.node.ping(one.key) < .seconds(5))

    // Whoever is not trusted any more is gone before `unpair` returns, and the other end comes to know.
    try await one.node.unpair(other.key)
    #expect(await one.node.status(of: other.key) == nil)
    await #expect(throws: PeerNetError.untrustedPeer) { try await one.node.call(other.key, "echo") }
    try await other.waits(for: one.key, isConnected: false)
    await #expect(throws: PeerNetError.notConnected) { try await other.node.call(one.key, "echo") }
    await one.node.stop()
    await other.node.stop()
  }

  /// More than fits on its way goes through a window of any size, in order.
  @Test func aSlowConnectionCarriesEverything() async throws {
    let network = MemoryNetwork(segment: 100, window: 150)
    let one = await TestNode(on: network)
    let other = await TestNode(on: network) { $0.connectsAutomatically = false }
    try await one.node.start()
    try await other.node.start()
    try await TestNode.pair(one, other)
    try await one.node.connect(to: other.key, at: [other.endpoint])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<20 {
        group.addTask {
          let term = Term.binary([UInt8](repeating: UInt8(number), count: 10_000 + number))
          let answer = try await one.node.call(other.key, "echo", term, timeout: .seconds(60))
          #expect(answer == term)
        }
      }
      try await group.waitForAll()
    }
    await one.node.stop()
    await other.node.stop()
  }

  @Test func aPortWithoutAListenerRefuses() async throws {
    let network = MemoryNetwork()
    let one = await TestNode(on: network) { $0.network.discoveryPort = nil }
    let deaf = await TestNode(on: network) { $0.network = Network(discoveryPort: nil) }
    let gone = await TestNode(on: network) { $0.network.discoveryPort = nil }
    for node in [one, deaf, gone] { try await node.node.start() }
    #expect(await deaf.node.port == nil)
    let endpoint = try await gone.endpoint
    await gone.node.stop()
    for (index, place) in [deaf.host.address.with(port: 4_000), endpoint].enumerated() {
      let key = index == 0 ? deaf.key : gone.key
      try await one.node.pair(key, label: "\(index)", at: [place])
      try await eventually { await one.node.status(of: key)?.lastClose == .refused }
    }
    // Where no host is, nothing answers at all.
    let nobody = MemoryStore().publicKey
    try await one.node.pair(nobody, label: "nobody")
    await #expect(throws: PeerNetError.unreachable(nil)) {
      try await one.node.connect(
        to: nobody, at: [Endpoint(ipv4: 0x0a63_0000, port: 1)], timeout: .milliseconds(50))
    }
    await one.node.stop()
    await deaf.node.stop()
  }

  /// The two hear of the cut at once, miss each other, and are back by themselves.
  @Test func aCutHostComesBack() async throws {
    let network = MemoryNetwork()
    let (one, other) = (await TestNode(on: network), await TestNode(on: network))
    try await one.node.start()
    try await other.node.start()
    try await TestNode.pair(one, other)
    try await one.waits(for: other.key)
    try await other.waits(for: one.key)
    let events = await one.node.events
    other.host.cut()
    var reasons: [CloseReason] = []
    for await event in events {
      if case .disconnected(other.key, let reason) = event {
        reasons.append(reason)
        break
      }
    }
    #expect(reasons == [.broken(errno: 0)])
    try await other.waits(for: one.key, isConnected: false)
    await #expect(throws: PeerNetError.notConnected) { try await one.node.call(other.key, "echo") }
    other.host.heal()
    try await one.waits(for: other.key)
    try await other.waits(for: one.key)
    #expect(try await one.node.call(other.key, "echo", .integer(3)) == .integer(3))
    await one.node.stop()
    await other.node.stop()
  }

  /// A cut that nobody is told of shows by the silence; a short one does not show at all.
  @Test func aSilentCutShowsByTheHeartbeat() async throws {
    let network = MemoryNetwork()
    func quick(_ configuration: inout PeerNode.Configuration) {
      configuration.node.limits.heartbeatInterval = .milliseconds(200)
      configuration.node.limits.heartbeatTimeout = .seconds(2)
    }
    let (one, other) = (await TestNode(on: network, quick), await TestNode(on: network, quick))
    try await one.node.start()
    try await other.node.start()
    try await TestNode.pair(one, other, wire: .two)
    try await one.waits(for: other.key)
    try await other.waits(for: one.key)
    other.host.cut(silently: true)
    async let answer = one.node.call(other.key, "echo", .integer(1), timeout: .seconds(20))
    try await Task.sleep(for: .milliseconds(300))
    other.host.heal()
    #expect(try await answer == .integer(1))

    other.host.cut(silently: true)
    await #expect(throws: PeerNetError.outcomeUnknown(.silent)) {
      try await one.node.call(other.key, "echo", .integer(2), timeout: .seconds(20))
    }
    try await other.waits(for: one.key, isConnected: false)
    other.host.heal()
    try await one.waits(for: other.key)
    try await other.waits(for: one.key)
    await one.node.stop()
    await other.node.stop()
  }

  /// Many nodes of one process, none of which knows more of the others than their keys: each calls each.
  @Test func twentyNodesCallEachOther() async throws {
    let network = MemoryNetwork()
    var nodes: [TestNode] = []
    for _ in 0..<20 { nodes.append(await TestNode(on: network) { $0.connectsAutomatically = false }) }
    for one in nodes {
      var list = TrustList()
      for (index, other) in nodes.enumerated() where other.key != one.key {
        try list.add(TrustEntry(key: other.key, label: Array("node \(index)".utf8)))
      }
      _ = try one.store.changeTrust { $0 = list }
      // All of them may call at once.
      await one.node.expose("echo", access: .anyTrusted, limit: 64) { $0.arguments }
      try await one.node.start()
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, one) in nodes.enumerated() {
        for other in nodes[..<index] {
          group.addTask {
            try await one.node.connect(to: other.key, timeout: .seconds(60))
            try await other.waits(for: one.key)
            let answers = [
              try await one.node.call(other.key, "echo", .integer(1), timeout: .seconds(60)),
              try await other.node.call(one.key, "echo", .integer(2), timeout: .seconds(60)),
            ]
            #expect(answers == [.integer(1), .integer(2)])
          }
        }
      }
      try await group.waitForAll()
    }
    for one in nodes { #expect(await one.node.statuses.allSatisfy(\.isConnected)) }
    await withTaskGroup(of: Void.self) { group in
      for one in nodes { group.addTask { await one.node.stop() } }
    }
  }

  /// Nothing holds a node that was let go without a stop, and its peers notice.
  @Test func aForgottenNodeGoesAway() async throws {
    let network = MemoryNetwork()
    let one = await TestNode(on: network)
    try await one.node.start()
    weak var host: MemoryTransport?
    weak var node: PeerNode?
    do {
      let other = await TestNode(on: network)
      (host, node) = (other.host, other.node)
      try await other.node.start()
      try await TestNode.pair(one, other)
      try await one.waits(for: other.key)
    }
    try await eventually { host == nil && node == nil }
    try await eventually { await !one.node.statuses.contains { $0.isConnected } }
    await one.node.stop()
  }
}
