import ETF
import PeerNet
import Sodium
import TestKit
import Testing

@testable import PeerNetClient

/// What cannot be delivered now is refused at once, unless the caller says how long it may wait for a connection.
@Suite(.timeLimit(.minutes(2))) struct WaitingTests {
  private let network = MemoryNetwork()
  private static let long = Duration.seconds(3_600)

  /// Two nodes that trust each other and dial nobody unasked; `one` runs.
  private func pair() async throws -> (one: TestNode, other: TestNode) {
    let one = await TestNode(on: network) { $0.connectsAutomatically = false }
    let other = await TestNode(on: network) { $0.connectsAutomatically = false }
    try await one.node.start()
    try await one.node.pair(other.key, label: "other")
    _ = try other.store.changeTrust { try $0.pair(one.key, label: Array("one".utf8), grants: nil, wire: .two) }
    return (one, other)
  }

  private func stop(_ nodes: TestNode...) async {
    for node in nodes { await node.node.stop() }
  }

  private func waits(_ node: PeerNode, _ count: Int = 1) async throws {
    try await eventually { await node.waiters.count == count }
  }

  // MARK: Not waiting

  /// However it is asked, a peer that is away costs nothing, is not dialled, and hears nothing of it when it is back.
  @Test(arguments: [false, true]) func whatCannotBeDeliveredIsRefusedAtOnce(hasBeenThere: Bool) async throws {
    let (one, other) = try await pair()
    try await other.node.start()
    if hasBeenThere {
      try await one.node.connect(to: other.key, at: [other.endpoint], timeout: .seconds(30))
      await one.node.disconnect(from: other.key)
      try await other.waits(for: one.key, isConnected: false)
    }
    let events = await other.node.events
    let device = one.node.device(other.key)
    let procedure = RemoteProcedure<String, String>("echo", timeout: Self.long)
    let bare = RemoteProcedure<NoArguments, Term>("echo")
    let asked: [@Sendable () async throws -> Void] = [
      { _ = try await one.node.call(other.key, "echo", timeout: Self.long) },
      { _ = try await one.node.call(other.key, procedure, "early") },
      { _ = try await one.node.call(other.key, bare) },
      { try await one.node.send(other.key, "echo") },
      { _ = try await one.node.ping(other.key, timeout: Self.long) },
      { _ = try await device(procedure, "early") },
      { _ = try await device(bare) },
      { _ = try await device.call("echo", as: Term.self) },
      { try await device.send("echo") },
      { _ = try await device.ping() },
      { _ = try await device.agent.whoami() },
      { _ = try await device.system.info() },
      { _ = try await device.gpio.read() },
      { _ = try await device.wifi.status() },
      { _ = try await device.wifi.restart() },
    ]
    for (number, ask) in asked.enumerated() {
      await #expect(throws: PeerNetError.notConnected, "\(number)") { try await ask() }
    }
    #expect(await one.node.pending == 0)
    #expect(await one.node.dials == 0)
    try await one.node.connect(to: other.key, at: [other.endpoint], timeout: .seconds(30))
    _ = try await one.node.call(other.key, "echo", .atom("last"), timeout: .seconds(30))
    for await event in events {
      if case .message = event { Issue.record("a message was kept") }
      guard case .request(let request) = event else { continue }
      #expect(request.arguments == .atom("last"))
      break
    }
    await stop(one, other)
  }

  // MARK: Waiting

  @Test func aCallWaitsUntilThePeerComes() async throws {
    let (one, other) = try await pair()
    // The answers stand behind the other tests, whose floods take both threads of the pool for seconds.
    let device = Device(other.key, on: one.node, timeout: Self.long, waiting: Self.long)
    let echo = RemoteProcedure<String, String>("echo")
    async let plain = one.node.call(other.key, "echo", .integer(1), timeout: Self.long, waiting: Self.long)
    async let typed = one.node.call(other.key, echo, "2", timeout: Self.long, waiting: Self.long)
    async let called = device.call("echo", "3", as: String.self)
    async let bare = device(RemoteProcedure<NoArguments, Term>("echo"))
    async let board: Void = {
      let error = await #expect(throws: PeerNetError.self) { try await device.system.info() }
      #expect(error?.code == "no_such_handle")
    }()
    try await waits(one.node, 5)
    try await other.node.start()
    #expect(try await plain == .integer(1))
    #expect(try await typed == "2")
    #expect(try await called == "3")
    #expect(try await bare == .map([]))
    await board
    #expect(await one.node.pending == 0)
    // From now on the node keeps connected.
    #expect(await one.node.isConnected(to: other.key))
    await stop(one, other)
  }

  /// A peer whose address is known is dialled by the call, be it in the middle of a long pause between dials.
  @Test func aWaitDialsAtOnce() async throws {
    let (one, other) = try await pair()
    try await other.node.start()
    let place = try await other.endpoint
    try await one.node.connect(to: other.key, at: [place], timeout: .seconds(30))
    await one.node.disconnect(from: other.key)
    #expect(await one.node.dials == 0)
    #expect(try await one.node.call(other.key, "echo", .integer(1), waiting: Self.long) == .integer(1))
    await stop(one, other)
  }

  /// The wait is part of the call's time, and the answer's own time holds as ever.
  @Test(arguments: [(100, 60), (60, 100)]) func theWaitIsPartOfTheCallsTime(timeout: Int, waiting: Int) async throws {
    let (one, other) = try await pair()
    await other.node.expose("never", access: .anyTrusted) { _ in
      try await Task.sleep(for: Self.long)
      return .atom("never")
    }
    let before = await one.node.now
    let call = Task {
      try await one.node.call(
        other.key, "never", timeout: .seconds(timeout), waiting: .seconds(waiting))
    }
    try await waits(one.node)
    let waited = await one.node.now
    try await other.node.start()
    try await eventually { await one.node.callsOnTheWire == 1 }
    let sent = await one.node.now
    let deadline = try #require(await one.node.callDeadline)
    let end = TimeSpan.seconds(100)
    if timeout < waiting {
      #expect(waited + .seconds(60) < deadline && deadline <= min(sent + .seconds(60), waited + end))
    } else {
      // It was sent after `waited`.
      #expect(before + end <= deadline && deadline <= waited + end)
    }
    call.cancel()
    _ = await call.result
    await stop(one, other)
  }

  // MARK: Ends

  @Test func aWaitEndsWithItsTime() async throws {
    let (one, other) = try await pair()
    let began = ContinuousClock.now
    // Not the answer's time: nothing was sent.
    await #expect(throws: PeerNetError.unreachable(nil)) {
      try await one.node.call(other.key, "echo", timeout: Self.long, waiting: .milliseconds(50))
    }
    #expect(ContinuousClock.now - began >= .milliseconds(50))
    await #expect(throws: PeerNetError.unreachable(nil)) {
      try await one.node.call(other.key, "echo", waiting: .seconds(-1))
    }
    #expect(await one.node.pending == 0)
    await stop(one, other)
  }

  /// What was cancelled while it waited is never sent.
  @Test func aCancelledWaitEndsAtOnce() async throws {
    let (one, other) = try await pair()
    let call = Task { try await one.node.call(other.key, "echo", .atom("cancelled"), waiting: Self.long) }
    try await waits(one.node)
    call.cancel()
    await #expect(throws: CancellationError.self) { try await call.value }
    #expect(await one.node.pending == 0)
    let events = await other.node.events
    try await other.node.start()
    #expect(try await one.node.call(other.key, "echo", .atom("last"), waiting: Self.long) == .atom("last"))
    for await event in events {
      guard case .request(let request) = event else { continue }
      #expect(request.arguments == .atom("last"))
      break
    }
    await stop(one, other)
  }

  @Test func aPeerThatIsUnpairedIsNotWaitedFor() async throws {
    let (one, other) = try await pair()
    let call = Task { try await one.node.call(other.key, "echo", waiting: Self.long) }
    try await waits(one.node)
    try await one.node.unpair(other.key)
    await #expect(throws: PeerNetError.untrustedPeer) { try await call.value }
    // By another process, too; and while a dial is under way that nobody answers.
    try await one.node.pair(other.key, label: "other", at: [Endpoint(ipv4: 0x0a00_00fe, port: 1)])
    let connect = Task { try await one.node.connect(to: other.key, timeout: Self.long) }
    try await waits(one.node)
    _ = try one.store.changeTrust { try $0.remove(other.key) }
    try await one.node.reloadTrust()
    await #expect(throws: PeerNetError.untrustedPeer) { try await connect.value }
    await #expect(throws: PeerNetError.untrustedPeer) {
      try await one.node.call(other.key, "echo", waiting: Self.long)
    }
    #expect(await one.node.pending == 0)
    await stop(one, other)
  }

  @Test func disconnectingAndStoppingEndEveryWait() async throws {
    let (one, other) = try await pair()
    let first = Task { try await one.node.call(other.key, "echo", waiting: Self.long) }
    try await waits(one.node)
    await one.node.disconnect(from: other.key)
    await #expect(throws: PeerNetError.unreachable(.disconnectRequested)) { try await first.value }
    let second = Task { try await one.node.call(other.key, "echo", waiting: Self.long) }
    try await waits(one.node)
    await one.node.stop()
    await #expect(throws: PeerNetError.stopped) { try await second.value }
    #expect(await one.node.pending == 0)
  }

  @Test func aPeerThatTurnsUsAwayIsNotWaitedFor() async throws {
    let (one, other) = try await pair()
    try await other.node.start()
    try await other.node.unpair(one.key)
    try await one.node.pair(other.key, label: "other", wire: .two)
    await #expect(throws: PeerNetError.unreachable(.peerSaid(.untrusted))) {
      try await one.node.call(other.key, "echo", waiting: Self.long)
    }
    await stop(one, other)
  }

  /// A call that went out is not sent again, however long it might have waited.
  @Test func aCallWhoseConnectionIsLostIsNotRepeated() async throws {
    let (one, other) = try await pair()
    await other.node.expose("never", access: .anyTrusted) { _ in
      try await Task.sleep(for: Self.long)
      return .atom("never")
    }
    let events = await other.node.events
    try await other.node.start()
    let call = Task { try await one.node.call(other.key, "never", timeout: Self.long, waiting: Self.long) }
    try await eventually { await other.node.pending == 1 }
    other.host.cut()
    await #expect(throws: PeerNetError.outcomeUnknown(.broken(errno: 0))) { try await call.value }
    other.host.heal()
    #expect(try await one.node.call(other.key, "echo", .integer(2), waiting: Self.long) == .integer(2))
    var asked: [[UInt8]] = []
    for await event in events {
      guard case .request(let request) = event else { continue }
      asked.append(request.name)
      if asked.last == Array("echo".utf8) { break }
    }
    #expect(asked == [Array("never".utf8), Array("echo".utf8)])
    await stop(one, other)
  }

  // MARK: Many

  @Test func manyWaitForOnePeer() async throws {
    let (one, other) = try await pair()
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<200 {
        group.addTask {
          let argument = Term.integer(Int64(number))
          return try await one.node.call(other.key, "echo", argument, timeout: .seconds(60), waiting: Self.long)
            == argument
        }
      }
      try await waits(one.node, 200)
      await other.node.expose("echo", access: .anyTrusted, limit: 200) { $0.arguments }
      try await other.node.start()
      for try await isRight in group { #expect(isRight) }
    }
    #expect(await one.node.pending == 0)
    await stop(one, other)
  }

  @Test func thoseWhoWaitAreBounded() async throws {
    let (one, other) = try await pair()
    await withTaskGroup(of: (any Error)?.self) { group in
      for _ in 0..<PeerNode.maximumWaiters {
        group.addTask {
          do { _ = try await one.node.call(other.key, "echo", waiting: Self.long) } catch { return error }
          return nil
        }
      }
      do { try await waits(one.node, PeerNode.maximumWaiters) } catch { Issue.record(error) }
      await #expect(throws: PeerNetError.busy) { try await one.node.call(other.key, "echo", waiting: Self.long) }
      await #expect(throws: PeerNetError.busy) { try await one.node.connect(to: other.key) }
      await one.node.stop()
      for await error in group { #expect(error as? PeerNetError == .stopped) }
    }
    #expect(await one.node.pending == 0)
  }
}
