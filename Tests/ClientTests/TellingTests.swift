import CoreMetrics
import ETF
import Logging
import MetricsTestKit
import PeerNet
import Sodium
import Synchronization
import TestKit
import Testing

@testable import PeerNetClient

/// What a node tells: its peers' states, events, the log and the counters.
@Suite(.timeLimit(.minutes(2))) struct TellingTests {
  /// The state at once, and each later one up to the end.
  @Test func peersAreTold() async throws {
    let network = MemoryNetwork()
    let (one, other) = (await TestNode(on: network), await TestNode(on: network) { $0.connectsAutomatically = false })
    try await one.node.start()
    try await other.node.start()
    var peers = await one.node.peers.makeAsyncIterator()
    #expect(await peers.next()?.isEmpty == true)
    try await one.node.pair(other.key, label: "other", wire: .two)
    let paired = try #require(await peers.next())
    #expect(paired.map(\.entry.key) == [other.key])
    #expect(paired.first?.isConnected == false)
    // Whoever comes later begins with how it is now.
    var late = await one.node.peers.makeAsyncIterator()
    #expect(await late.next()?.map(\.entry.key) == [other.key])

    try await other.node.pair(one.key, label: "one")
    /// The next state that is as it is asked for.
    func next(_ isIt: ([Node.PeerStatus]) -> Bool) async -> [Node.PeerStatus]? {
      while let state = await peers.next() { if isIt(state) { return state } }
      return nil
    }
    #expect(await next { $0.first?.isConnected == true } != nil)
    other.host.cut()
    #expect(await next { $0.first?.isConnected == false }?.first?.lastClose == .broken(errno: 0))
    try await one.node.unpair(other.key)
    #expect(await next { $0.isEmpty } != nil)
    await one.node.stop()
    while await peers.next() != nil {}
    while await late.next() != nil {}
    // After the end there is nothing more to come.
    for await state in await one.node.peers { #expect(state.isEmpty) }
    await other.node.stop()
  }

  @Test func eventsEndWithTheStop() async throws {
    let network = MemoryNetwork()
    let (one, other) = (await TestNode(on: network), await TestNode(on: network) { $0.connectsAutomatically = false })
    let events = await one.node.events
    try await one.node.start()
    try await other.node.start()
    try await TestNode.pair(one, other, wire: .two)
    try await one.waits(for: other.key)
    await one.node.stop()
    var told: [String] = []
    for await event in events {
      switch event {
      case .opened: told.append("opened")
      case .connected(let key): told.append(key == other.key ? "connected" : "?")
      case .disconnected(let key, let reason):
        told.append(key == other.key && reason == .stopping ? "disconnected" : "?")
      default: break
      }
    }
    #expect(told == ["opened", "connected", "disconnected"])
    for await _ in await one.node.events { Issue.record("a stopped node tells nothing") }
    await other.node.stop()
  }

  /// Nothing is kept for a listener that has gone.
  @Test func aListenerMayGo() async throws {
    let one = await TestNode(on: MemoryNetwork())
    try await one.node.start()
    let listening = Task { [node = one.node] in
      for await _ in await node.events {}
      return true
    }
    try await eventually { await one.node.listenerCount == 1 }
    for await _ in await one.node.peers { break }
    listening.cancel()
    #expect(await listening.value)
    try await eventually { await one.node.listenerCount == 0 }
    await one.node.stop()
  }

  @Test func callsAreCounted() async throws {
    let (metrics, others) = (TestMetrics(), TestMetrics())
    let network = MemoryNetwork()
    let one = await TestNode(on: network) { $0.metrics = metrics }
    let other = await TestNode(on: network) {
      $0.metrics = others
      $0.connectsAutomatically = false
    }
    struct Fault: Error {}
    await other.node.expose("fails", access: .anyTrusted) { _ in throw Fault() }
    await other.node.expose("refuses", access: .anyTrusted) { _ in throw PeerNetError.remote(.atom("no")) }
    await other.node.expose("never", access: .anyTrusted) { _ in
      try await Task.sleep(for: .seconds(3_600))
      return .atom("never")
    }
    try await one.node.start()
    try await other.node.start()
    try await TestNode.pair(one, other, wire: .two)
    try await one.node.connect(to: other.key, timeout: .seconds(30))
    for number in 0..<3 { _ = try await one.node.call(other.key, "echo", .integer(Int64(number))) }
    await #expect(throws: PeerNetError.remote(.atom("handler_crash"))) { try await one.node.call(other.key, "fails") }
    await #expect(throws: PeerNetError.remote(.atom("no"))) { try await one.node.call(other.key, "refuses") }
    await #expect(throws: PeerNetError.remote(.atom("no_such_handle"))) { try await one.node.call(other.key, "?") }
    await #expect(throws: PeerNetError.timedOut) {
      try await one.node.call(other.key, "never", timeout: .milliseconds(20))
    }
    await #expect(throws: PeerNetError.untrustedPeer) { try await one.node.call(MemoryStore().publicKey, "echo") }
    for isCancelled in [true, false] {
      let call = Task { try await one.node.call(other.key, "never", timeout: .seconds(60)) }
      try await eventually { await one.node.pending == 1 }
      if isCancelled { call.cancel() } else { other.host.cut() }
      _ = await call.result
    }
    await one.node.stop()
    await other.node.stop()

    let node = ("node", one.key.fingerprintText)
    func calls(_ outcome: String) -> Int64 {
      metrics.counterTotal(label: "peernet.calls", dimensions: [node, ("outcome", outcome)])
    }
    #expect(calls("answered") == 3)
    #expect(calls("error") == 3)
    #expect(calls("timed_out") == 1)
    #expect(calls("cancelled") == 1)
    #expect(calls("lost") == 1)
    #expect(calls("not_sent") == 1)
    #expect(calls("stopped") == 0)
    #expect(try metrics.expectTimer("peernet.call.duration", [node]).values.count == 9)
    #expect(metrics.counterTotal(label: "peernet.connections.opened", dimensions: [node]) == 1)
    #expect(metrics.counterTotal(label: "peernet.connections.closed", dimensions: [node]) == 1)
    #expect(try metrics.expectGauge("peernet.peers.connected", [node]).values.contains(1))
    #expect(try metrics.expectGauge("peernet.peers.connected", [node]).lastValue == 0)
    let otherNode = ("node", other.key.fingerprintText)
    func requests(_ outcome: String) -> Int64 {
      others.counterTotal(label: "peernet.requests", dimensions: [otherNode, ("outcome", outcome)])
    }
    #expect(requests("answered") == 3)
    #expect(requests("error") == 1)
    #expect(requests("refused") == 1)
    // Besides the one that failed those that the stop cancelled.
    #expect(requests("failed") >= 1)
  }

  /// The log tells what a person may want to know, and nothing that only the key's owner may.
  @Test func theLogHoldsNoSecret() async throws {
    let lines = Lines()
    let network = MemoryNetwork()
    func verbose(_ configuration: inout PeerNode.Configuration) {
      configuration.logger = Logger(label: "test") { _ in CollectingLog(lines: lines) }
    }
    let one = await TestNode(on: network, verbose)
    let (other, stranger) = (await TestNode(on: network, verbose), await TestNode(on: network))
    struct Fault: Error {}
    await other.node.expose("fails\u{1b}[2J", access: .anyTrusted) { _ in throw Fault() }
    for node in [one, other, stranger] { try await node.node.start() }
    try await TestNode.pair(one, other)
    try await stranger.node.pair(one.key, label: "one", at: [one.endpoint])
    try await one.waits(for: other.key)
    try await eventually { lines.text.contains("turned someone away") }
    _ = try? await one.node.call(other.key, "fails\u{1b}[2J")
    _ = try? await one.node.call(other.key, "nothing")
    for node in [one, other, stranger] { await node.node.stop() }

    let text = lines.text
    for message in [
      "started", "opened", "connected", "closed", "disconnected", "stopped", "a handler failed", "refused a request",
    ] { #expect(text.contains(message), "\(message) is missing") }
    #expect(!text.contains("\u{1b}"))
    for node in [one, other] {
      let key = try node.store.identity().withPrivateKey { Array($0) }
      #expect(!text.contains(try #require(PublicKey(key)).description))
      #expect(!text.contains(key.map(\.description).joined(separator: ", ")))
      let hex = key.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
      #expect(!text.lowercased().contains(hex.prefix(16)))
    }
  }
}

private final class Lines: Sendable {
  private let lines = Mutex<[String]>([])

  var text: String { lines.withLock { $0.joined(separator: "\n") } }

  func add(_ line: String) { lines.withLock { $0.append(line) } }
}

/// Keeps everything, whatever its level.
private struct CollectingLog: LogHandler {
  let lines: Lines
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.trace

  init(lines: Lines) { self.lines = lines }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let more = metadata.merging(event.metadata ?? [:]) { $1 }
    lines.add("\(event.level) \(event.message) \(more.sorted { $0.key < $1.key }.map { "\($0)=\($1)" })")
  }
}
