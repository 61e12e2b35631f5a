import Glibc
import PeerNet
import PeerNetClient
import RealLinks
import TestKit
import Testing
import VirtualNetwork

/// Links that die, and come back.
@Suite(.enabled(if: Privileges.areRoot)) struct DeathTests {
  /// Nobody is suspect for his silence before this: the shortest pause before a ping, and an answer to it.
  private static let noHeartbeatYet = TimeSpan.seconds(4)

  @Test func aBlackHoleIsNoticedByBothEndsAndEndsWell() async throws {
    let scene = try await Scene(seed: 1)
    try await scene.answer()
    let start = Journal<Event>.now()
    scene.lan.forwarder.change(0) { $0.setBlackHole(true) }
    let laptop = try await scene.laptopNotices(since: start, .silent) - start
    let board = try await scene.boardNotices() - start
    report("a black hole was noticed by the laptop after \(laptop.text), by the board after \(board.text)")
    await #expect(throws: PeerNetError.notConnected) { try await scene.laptop.call(scene.board.key) }
    // Suspicion came first, and both say so.
    #expect(scene.board.log.contains("peer.suspect") && scene.board.log.contains("reason=silent"))
    #expect(scene.laptop.journal.first(since: start) { if case .suspected = $0 { true } else { false } } != nil)
    scene.lan.forwarder.change(0) { $0.setBlackHole(false) }
    report("a call was answered \(try await scene.answer().text) after the black hole")
    try await scene.close()
  }

  @Test func everyCallInFlightGetsAnOutcome() async throws {
    let scene = try await Scene(seed: 2)
    try await scene.answer()
    // The calls still arrive; no answer does.
    scene.lan.forwarder.change(0) { $0.up.isBlackHole = true }
    let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<20 {
        group.addTask {
          do {
            try await scene.laptop.call(scene.board.key, timeout: Scene.limit)
            return "answered"
          } catch PeerNetError.outcomeUnknown {
            return "unknown"
          }
        }
      }
      try await Task.sleep(for: .milliseconds(200))
      scene.lan.forwarder.change(0) { $0.setBlackHole(true) }
      return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
    }
    report("20 calls in flight when the link died: \(outcomes)")
    #expect(outcomes == ["unknown": 20])
    scene.lan.forwarder.change(0) { $0.setBlackHole(false) }
    try await scene.answer()
    try await scene.close()
  }

  @Test func aBoardIsFollowedToItsNewAddress() async throws {
    let scene = try await Scene(seed: 3)
    try await scene.answer()
    let host = FlakyLan.host(ofBoard: 0)
    let start = Journal<Event>.now()
    try await scene.lan.readdress(scene.lan.boards[0], from: host, to: host + 100)
    let endpoint = Endpoint(text: Array("\(FlakyLan.address(host + 100)):\(FieldBoard.port)".utf8))
    let sighted = try await wait(for: "announce of the new address", within: Scene.limit) {
      scene.laptop.journal.first(since: start) {
        if case .sighted(let sighting) = $0 { sighting.endpoint == endpoint } else { false }
      }?.at
    }
    try await wait(for: "answer from the new address", within: Scene.limit) { () async throws -> Void? in
      guard await scene.laptop.node.status(of: scene.board.key)?.endpoint == endpoint else { return nil }
      do {
        try await scene.laptop.call(scene.board.key)
        return ()
      } catch is PeerNetError { return nil }
    }
    let answered = Journal<Event>.now()
    report(
      "the board's new address was announced after \((sighted - start).text), a call was answered there after "
        + (answered - start).text)
    #expect(answered - start < Self.noHeartbeatYet, "its announce told, not silence")
    try await scene.close()
  }

  @Test func aLaptopGoesOnFromItsNewAddress() async throws {
    let scene = try await Scene(seed: 6)
    try await scene.answer()
    let host = FlakyLan.laptopHost
    let start = Journal<Event>.now()
    try await scene.lan.readdress(scene.lan.laptop, from: host, to: host + 100)
    let ended = try await scene.laptopNotices(since: start, .pathLost(errno: EADDRNOTAVAIL))
    try await scene.board.logs("\(FlakyLan.address(host + 100)):", within: Scene.limit)
    try await scene.answer()
    report(
      "the laptop's connection ended \((ended - start).text) after a command was run that took its address, and a call was "
        + "answered after \((Journal<Event>.now() - start).text)")
    #expect(ended - start < Self.noHeartbeatYet, "the kernel told, not silence")
    try await scene.close()
  }

  @Test(arguments: [true, false]) func aCableIsPulledAndPutBack(ofBoard: Bool) async throws {
    let scene = try await Scene(seed: ofBoard ? 4 : 5)
    try await scene.answer()
    let plug = { (isThere: Bool) in
      if ofBoard { try scene.lan.setCarrier(0, isThere) } else { try scene.lan.setLaptopCarrier(isThere) }
    }
    try plug(false)
    // Longer than any heartbeat takes to notice.
    let start = Journal<Event>.now()
    _ = try await scene.laptopNotices(since: start)
    _ = try await scene.boardNotices()
    try plug(true)
    report(
      "a call was answered \(try await scene.answer().text) after the cable of the \(ofBoard ? "board" : "laptop") was back"
    )
    try await scene.close()
  }
}
