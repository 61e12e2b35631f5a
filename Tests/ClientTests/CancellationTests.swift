import ETF
import PeerNet
import Sodium
import TestKit
import Testing

@testable import PeerNetClient

/// What waits ends when its task is cancelled or its time is up, at once, and leaves nothing behind.
@Suite(.timeLimit(.minutes(2))) struct CancellationTests {
  /// Two nodes of one network, connected; `other` serves `never`, whose calls it holds until they are cancelled.
  private func connected() async throws -> (one: TestNode, other: TestNode) {
    let network = MemoryNetwork()
    let one = await TestNode(on: network)
    let other = await TestNode(on: network) { $0.connectsAutomatically = false }
    await other.node.expose("never", access: .anyTrusted) { _ in
      try await Task.sleep(for: .seconds(3_600))
      return .atom("never")
    }
    try await one.node.start()
    try await other.node.start()
    try await TestNode.pair(one, other, wire: .two)
    try await one.node.connect(to: other.key, timeout: .seconds(30))
    return (one, other)
  }

  private func stop(_ nodes: TestNode...) async {
    for node in nodes { await node.node.stop() }
  }

  @Test func aCancelledCallEndsAtOnce() async throws {
    let (one, other) = try await connected()
    let call = Task { try await one.node.call(other.key, "never", timeout: .seconds(3_600)) }
    try await eventually { await other.node.pending == 1 }
    call.cancel()
    await #expect(throws: CancellationError.self) { try await call.value }
    #expect(await one.node.pending == 0)
    #expect(await one.node.callsOnTheWire == 0)
    #expect(try await one.node.call(other.key, "echo", .integer(1)) == .integer(1))
    await stop(one, other)
  }

  @Test func aCallEndsWithItsTime() async throws {
    let (one, other) = try await connected()
    let began = ContinuousClock.now
    await #expect(throws: PeerNetError.timedOut) {
      try await one.node.call(other.key, "never", timeout: .milliseconds(50))
    }
    #expect(ContinuousClock.now - began >= .milliseconds(50))
    #expect(await one.node.pending == 0)
    #expect(await one.node.callsOnTheWire == 0)
    await stop(one, other)
  }

  /// Nothing of what was cancelled before it began reaches the other side.
  @Test func whatIsCancelledBeforeItStartsSendsNothing() async throws {
    let (one, other) = try await connected()
    let events = await other.node.events
    let stranger = MemoryStore().publicKey
    try await one.node.pair(stranger, label: "stranger")
    let place = try await other.endpoint
    for attempt in 0..<3 {
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        switch attempt {
        case 0: _ = try await one.node.call(other.key, "echo")
        case 1: _ = try await one.node.ping(other.key)
        default: try await one.node.connect(to: stranger, at: [place])
        }
      }
      await #expect(throws: CancellationError.self) { try await task.value }
    }
    // Whatever had been sent before this call would have come before it.
    _ = try await one.node.call(other.key, "echo", .atom("last"))
    var asked: [Term] = []
    for await event in events {
      guard case .request(let request) = event else { continue }
      asked.append(request.arguments)
      if asked.last == .atom("last") { break }
    }
    #expect(asked == [.atom("last")])
    #expect(await one.node.pingsOnTheWire == 0)
    #expect(await one.node.status(of: stranger)?.lastClose == nil)
    await stop(one, other)
  }

  @Test func aCancelledPingEndsAtOnce() async throws {
    let (one, other) = try await connected()
    other.host.cut(silently: true)
    let ping = Task { try await one.node.ping(other.key, timeout: .seconds(3_600)) }
    try await eventually { await one.node.pending == 1 }
    ping.cancel()
    await #expect(throws: CancellationError.self) { try await ping.value }
    await #expect(throws: PeerNetError.timedOut) { try await one.node.ping(other.key, timeout: .milliseconds(50)) }
    #expect(await one.node.pending == 0)
    await stop(one, other)
  }

  /// A ping whose connection breaks does not wait for its time.
  @Test func aPingEndsWithItsConnection() async throws {
    let (one, other) = try await connected()
    other.host.cut(silently: true)
    let ping = Task { try await one.node.ping(other.key, timeout: .seconds(3_600)) }
    try await eventually { await one.node.pending == 1 }
    other.host.cut()
    await #expect(throws: PeerNetError.notConnected) { try await ping.value }
    await stop(one, other)
  }

  @Test func aCancelledConnectEndsAtOnce() async throws {
    let (one, other) = try await connected()
    let absent = MemoryStore().publicKey
    try await one.node.pair(absent, label: "absent")
    let connect = Task { try await one.node.connect(to: absent, timeout: .seconds(3_600)) }
    try await eventually { await one.node.pending == 1 }
    connect.cancel()
    await #expect(throws: CancellationError.self) { try await connect.value }
    await #expect(throws: PeerNetError.unreachable(nil)) {
      try await one.node.connect(to: absent, timeout: .milliseconds(50))
    }
    #expect(await one.node.pending == 0)
    await stop(one, other)
  }

  /// Whoever waits when the node stops is told so.
  @Test func stoppingEndsWhateverWaits() async throws {
    let (one, other) = try await connected()
    let absent = MemoryStore().publicKey
    try await one.node.pair(absent, label: "absent")
    let call = Task { try await one.node.call(other.key, "never", timeout: .seconds(3_600)) }
    let connect = Task { try await one.node.connect(to: absent, timeout: .seconds(3_600)) }
    try await eventually { await one.node.pending == 2 }
    other.host.cut(silently: true)
    let ping = Task { try await one.node.ping(other.key, timeout: .seconds(3_600)) }
    try await eventually { await one.node.pending == 3 }
    await one.node.stop()
    await #expect(throws: PeerNetError.stopped) { try await call.value }
    await #expect(throws: PeerNetError.stopped) { try await connect.value }
    await #expect(throws: PeerNetError.stopped) { try await ping.value }
    #expect(await one.node.pending == 0)
    await other.node.stop()
  }
}
