import Boards
import Foundation
import Sodium
import Testing

@testable import PeerNet
@testable import PeerNetClient
@testable import peernet

/// What is shown of the links, by a view of each state and by the built binary.
@Suite struct WatchTests {
  private static let now = Instant(nanoseconds: 1_000_000_000_000)

  /// As the core tells it.
  private static func status(
    connected: Bool = true, liveness: LivenessState? = .alive, unanswered: Int = 0, lastClose: CloseReason? = nil,
    nextDial: TimeSpan? = nil, silent: TimeSpan = .seconds(6)
  ) -> Node.PeerStatus {
    Node.PeerStatus(
      entry: TrustEntry(key: TestBoard.identity(30).publicKey, label: Array("pump".utf8)), isConnected: connected,
      since: connected ? now - .seconds(90) : nil, wire: connected ? .two : nil,
      endpoint: connected ? Endpoint("192.0.2.7:4040") : nil, liveness: connected ? liveness : nil,
      livenessSince: connected ? now - .milliseconds(1_500) : nil, roundTrip: connected ? .microseconds(12_340) : nil,
      asked: 64, unanswered: unanswered, heard: connected ? now - silent : nil, lastClose: lastClose,
      lastClosed: lastClose == nil ? nil : now - .seconds(2), nextDial: nextDial.map { now + $0 }, profile: .wifi)
  }

  private static func view(
    _ status: Node.PeerStatus, _ disconnects: [Disconnect] = [], known: [Endpoint] = [], seen: UInt64? = nil
  ) -> PeerView {
    PeerView(status, disconnects, known: known, seen: seen, now: now, time: 1_796_003_691)
  }

  private static let lost = Disconnect(
    at: now - .seconds(130), reason: .silent, lasted: .seconds(3_600), heard: now - .seconds(139))

  @Test func aConnectedPeer() {
    let view = Self.view(Self.status(unanswered: 1), [Self.lost])
    #expect(
      view.row == [
        "pump", "connected", "1 min 30 s", "12.3 ms", "2 %", "-", "192.0.2.7:4040", "silent 2 min 10 s ago",
      ])
    #expect(view.line == "pump  connected  192.0.2.7:4040  wire 2  round trip 12.3 ms  loss 2 %")
    #expect(
      JSON.object(view.json).line
        == #"{"state":"connected","state_ms":90000,"address":"192.0.2.7:4040","last_address":null,"last_seen":1796003685,"wire":2,"profile":"wifi","#
        + #""round_trip_us":12340,"silent_ms":6000,"asked":64,"unanswered":1,"dial":null,"next_dial_ms":null,"#
        + #""last_end":null,"disconnects":[{"reason":"silent","ago_ms":130000,"lasted_ms":3600000}]}"#)
  }

  /// It is connected still, but not called so.
  @Test func aSuspectPeer() {
    let view = Self.view(Self.status(liveness: .suspect, unanswered: 32))
    #expect(view.state == .suspect && view.row[1...4] == ["suspect", "1 s", "12.3 ms", "50 %"])
    #expect(view.line.hasPrefix("pump  suspect  192.0.2.7:4040") && view.line.hasSuffix("silent for 6 s"))
    #expect(view.change != Self.view(Self.status()).change)
    // Its cable was pulled a moment ago.
    let pulled = Self.view(Self.status(liveness: .suspect, silent: .milliseconds(300)))
    #expect(pulled.state == .suspect && pulled.line.hasSuffix("loss 0 %"))
  }

  @Test func aPeerThatIsAway() throws {
    let refused = Self.view(
      Self.status(connected: false, lastClose: .refused, nextDial: .milliseconds(3_100)), [Self.lost, Self.lost])
    #expect(
      refused.row == [
        "pump", "away", "2 min 10 s", "-", "0 %", "in 4 s", "-",
        "dial: refused 2 s ago, silent 2 min 10 s ago, silent 2 min 10 s ago",
      ])
    #expect(
      refused.line
        == "pump  away  refused: the address refused the connection  last seen 2 min 19 s ago  next dial in 4 s")
    let json = JSON.object(refused.json).line
    #expect(json.contains(#""dial":"planned","next_dial_ms":3100,"last_end":{"reason":"refused","ago_ms":2000}"#))
    // Lost just now: once is enough.
    let lost = Disconnect(
      at: Self.now - .seconds(2), reason: .silent, lasted: .seconds(1), heard: Self.now - .seconds(2))
    let fresh = Self.view(Self.status(connected: false, lastClose: .silent), [lost])
    #expect(fresh.row[5] == "under way" && fresh.row[7] == "silent 2 s ago")
    let unseen = Self.view(Self.status(connected: false, nextDial: .seconds(-1)))
    #expect(unseen.row[2...7] == ["-", "-", "0 %", "no address", "-", "-"])
    // That the first dial was in vain is news, what each of the next ones failed of is none.
    let silent = Self.view(
      Self.status(connected: false, lastClose: .dialTimedOut, nextDial: .seconds(9)), [Self.lost, Self.lost])
    #expect(unseen.change != fresh.change && refused.change == silent.change)
    // Another loss is news, even if nobody has looked in between.
    #expect(refused.change != fresh.change)
    // Where it was is shown, and that it is not there now.
    let known = Self.view(
      Self.status(connected: false, lastClose: .refused, nextDial: .seconds(1)), [Self.lost],
      known: [try #require(Endpoint("192.0.2.7:4040")), try #require(Endpoint("192.0.2.8:4040"))])
    #expect(known.row[6] == "was 192.0.2.7:4040" && known.address == nil)
    #expect(known.line.contains("last seen 2 min 19 s ago  at 192.0.2.7:4040  next dial in 1 s"))
    #expect(JSON.object(known.json).line.contains(#""address":null,"last_address":"192.0.2.7:4040""#))
    #expect(known.isGivenUp && !fresh.isGivenUp && unseen.isGivenUp)
  }

  /// Another process was connected to it; this one has only tried.
  @Test func aPeerThatAnotherCommandSaw() throws {
    let status = Self.status(connected: false, lastClose: .refused, nextDial: .seconds(1))
    let seen = Self.view(status, known: [try #require(Endpoint("192.0.2.7:4040"))], seen: 1_796_003_691 - 7_380)
    #expect(seen.row[1...2] == ["away", "2 h 3 min"])
    #expect(seen.line.contains("last seen 2 h 3 min ago  at 192.0.2.7:4040"))
    #expect(JSON.object(seen.json).line.contains(#""state_ms":7380000,"#))
    #expect(JSON.object(seen.json).line.contains(#""last_seen":1795996311,"#))
    // What this process knows is newer.
    #expect(Self.view(status, [Self.lost], seen: 5).lastSeen == 1_796_003_691 - 139)
    #expect(Self.view(Self.status(), seen: 5).lastSeen == 1_796_003_691 - 6)
    // A clock that was set back.
    #expect(Self.view(status, seen: 1_796_003_700).row[2] == "0 s")
    #expect(Self.view(status).lastSeen == nil && Self.view(status).row[2] == "-")
  }

  /// A failed dial that fails as the one before is no news, nor is that time passes.
  @Test func timeIsNoChange() {
    let status = Self.status(connected: false, lastClose: .refused, nextDial: .seconds(3))
    #expect(PeerView(status, [], now: Self.now).change == PeerView(status, [], now: Self.now + .seconds(9)).change)
  }

  // MARK: The binary

  @Test func aWatchTellsEachChange() async throws {
    let laptop = try Laptop()
    let ours = try await laptop.key()
    let board = try await AnsweringBoard(31, trusting: ours, announcingTo: laptop.discoveryPort)
    try await board.pair(laptop)
    let away = String(decoding: TestBoard.identity(32).publicKey.text, as: UTF8.self)
    #expect(try await laptop.run("pair", away, "gone").status == 0)
    async let outcome = laptop.run("peers", "--watch", "--json", "--for", "15")
    try await connected(board, to: ours)
    // Long enough to be seen by a busy machine, there and away: the watch looks at what is, not at what was.
    try await Task.sleep(for: .seconds(1))
    await board.node.stop()
    try await Task.sleep(for: .seconds(1))
    let again = try await AnsweringBoard(31, trusting: ours, announcingTo: laptop.discoveryPort, port: board.port)
    try await connected(again, to: ours)
    let watched = try await outcome
    await again.node.stop()
    #expect(watched.status == 0 && watched.talk.isEmpty, "\(watched.talk)")
    let lines = try watched.json
    let states = lines.filter { $0["label"] as? String == "board" }.map { $0["state"] as? String }
    // It may be away at first, and between them for several reasons.
    #expect(states.last == "connected", "\(states)")
    #expect(states.split(separator: "away").count == 2, "\(states)")
    let gone = lines.filter { $0["label"] as? String == "gone" }
    #expect(gone.count == 1 && gone[0]["dial"] as? String == "no_address")
    let last = try #require(lines.last { $0["label"] as? String == "board" })
    let disconnects = try #require(last["disconnects"] as? [[String: Any]])
    #expect(disconnects.count == 1 && disconnects[0]["reason"] as? String == "peer_said_stopping")
    #expect(last["time"] as? Int ?? 0 > 1_700_000_000 && last["address"] as? String == again.address)
  }

  private func connected(_ board: AnsweringBoard, to key: PublicKey) async throws {
    let end = ContinuousClock.now + .seconds(12)
    while await !board.node.isConnected(to: key) {
      try #require(.now < end, "the watch did not connect")
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  /// ^C ends it well; lines have a time and no escape sequence.
  @Test func anInterruptedWatchEndsWell() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(33, trusting: laptop.key())
    try await board.pair(laptop)
    let outcome = try await laptop.shell(
      #""$@" peers --watch >"$PEERNET_HOME/out" & while ! grep -q connected "$PEERNET_HOME/out"; do sleep 0.1; done; kill -INT $!; wait $!"#
    )
    #expect(outcome.status == 0, "\(outcome.talk)")
    let lines = try String(contentsOfFile: laptop.file("out"), encoding: .utf8).split(separator: "\n")
    let form = /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z  board  (away|connected)  .*/
    #expect(lines.allSatisfy { $0.wholeMatch(of: form) != nil }, "\(lines)")
    await board.node.stop()
  }

  @Test func aTerminalIsDrawnAnew() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(34, trusting: laptop.key())
    try await board.pair(laptop)
    let drawn = try await laptop.shell(
      "TERM=xterm NO_COLOR=1 exec script -qec \"stty rows 24 cols 80; '$0' peers --watch --for 2.5\" /dev/null")
    #expect(drawn.status == 0)
    #expect(drawn.output.contains("\u{1b}[2A\u{1b}[J") && drawn.output.contains("board  connected  "))
    // On one that cannot, lines are written.
    let dumb = try await laptop.shell(
      "TERM=dumb exec script -qec \"'$0' peers --watch --for 1\" /dev/null")
    #expect(dumb.output.contains("Z  board  connected  ") && !dumb.output.contains("\u{1b}"))
    await board.node.stop()
  }

  @Test func allLinksAtOnce() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(35, trusting: laptop.key())
    try await board.pair(laptop)
    #expect(try await laptop.run("status").output.contains("board  connected  "))
    let away = String(decoding: TestBoard.identity(36).publicKey.text, as: UTF8.self)
    #expect(try await laptop.run("pair", away, "gone").status == 0)
    let all = try await laptop.run("status", "--json", "--timeout", "2").json
    #expect(all.map { $0["state"] as? String } == ["connected", "away"])
    #expect(try await laptop.run("status", "--at", board.address).status == 64)
    #expect(try await laptop.run("peers", "--for", "1").status == 64)
    await board.node.stop()
  }

  /// One that is not there holds nobody back, and is not waited for longer than it can answer.
  @Test func oneThatIsGoneHoldsNobodyBack() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(38, trusting: laptop.key())
    try await board.pair(laptop)
    for (index, address) in [(39, "127.0.0.1:1"), (46, nil)] as [(UInt8, String?)] {
      let key = String(decoding: TestBoard.identity(index).publicKey.text, as: UTF8.self)
      let place = address.map { "--at \($0)" } ?? ""
      #expect(try await laptop.shell("exec \"$0\" pair \(key) gone\(index) \(place)").status == 0)
    }
    // The line of the one that is up comes long before the end.
    let timed = try await laptop.shell(
      """
      start=$(date +%s%N)
      "$0" status --timeout 20 | while read line; do echo "$((($(date +%s%N) - start) / 1000000)) $line"; done
      """)
    let lines = timed.output.split(separator: "\n").map { $0.split(separator: " ") }
    try #require(lines.count == 4, "\(timed.output)\(timed.talk)")
    #expect(lines[0][1] == "label" && lines[1][1...2] == ["board", "connected"])
    #expect(Set(lines[2...].map { $0[1] }) == ["gone39", "gone46"] && lines[2...].allSatisfy { $0[2] == "away" })
    let (up, end) = (try #require(Int(lines[1][0])), try #require(Int(lines[3][0])))
    #expect(up + 2_000 < end && end < 15_000, "\(timed.output)")
    #expect(timed.output.contains("was 127.0.0.1:1"))
    await board.node.stop()
  }

  /// A watch dials as a command that is begun now does, however often it was in vain.
  @Test func aWatchFindsWhoComesBackLate() async throws {
    let laptop = try Laptop()
    let ours = try await laptop.key()
    let first = try await AnsweringBoard(47, trusting: ours)
    try await first.pair(laptop)
    await first.node.stop()
    async let watched = laptop.run("peers", "--watch", "--for", "27")
    // The waits between dials have grown to more than ten seconds by now.
    try await Task.sleep(for: .seconds(16))
    let board = try await AnsweringBoard(47, trusting: ours, port: first.port)
    let back = ContinuousClock.now
    try await connected(board, to: ours)
    #expect(back.duration(to: .now) < .seconds(8))
    let outcome = try await watched
    // Away, the first dial in vain, and there: no line for each dial.
    #expect(outcome.output.split(separator: "\n").count { $0.contains("  away  ") } <= 2, "\(outcome.output)")
    #expect(outcome.output.contains("  connected  "))
    await board.node.stop()
  }

  /// Each command is a process of its own: what one has seen the next one shows.
  @Test func whenABoardWasSeenOutlivesTheProcess() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(51, trusting: laptop.key())
    try await board.pair(laptop)
    #expect(try await laptop.run("peers", "--json").json[0]["last_seen"] is NSNull)
    let start = time(nil)
    #expect(try await laptop.run("ping", "board").status == 0)
    await board.node.stop()
    let seen = try #require(try await laptop.run("peers", "--json").json[0]["last_seen"] as? Int)
    #expect((start...time(nil)).contains(seen))
    // Two hours later, by the file.
    let path = laptop.file("peers")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let early = text.replacingOccurrences(of: "seen=\(seen)", with: "seen=\(seen - 7_200)")
    try early.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try await laptop.run("peers").output.contains("  2 h 0 min ago  \(board.address)\n"))
    let all = try await laptop.run("status", "--timeout", "2")
    #expect(all.output.contains("board  away       2 h 0 min"), "\(all.output)")
    let one = try await laptop.run("status", "board", "--timeout", "1")
    #expect(one.talk.contains("(last seen 2 h 0 min ago at \(board.address)); "), "\(one.talk)")
    // Nobody has seen it since.
    #expect(try await laptop.run("peers", "--json").json[0]["last_seen"] as? Int == seen - 7_200)
  }

  // MARK: Waiting

  /// A board that comes late is waited for, whatever an answer may take.
  @Test func aPeerThatIsAwayIsWaitedFor() async throws {
    let laptop = try Laptop()
    let ours = try await laptop.key()
    let first = try await AnsweringBoard(37, trusting: ours)
    try await first.pair(laptop)
    await first.node.stop()
    let early = try await laptop.run("call", "board", "echo", "--timeout", "0.2")
    #expect(early.status == 69, "\(early.talk)")
    async let waited = laptop.run("call", "board", "echo", "1", "--wait", "25")
    try await Task.sleep(for: .milliseconds(500))
    let board = try await AnsweringBoard(37, trusting: ours, port: first.port, ["echo": { $0.arguments }])
    let outcome = try await waited
    #expect(outcome.status == 0 && outcome.output == "1\n", "\(outcome.talk)")
    await board.node.stop()
    let late = try await laptop.run("call", "board", "echo", "--timeout", "20", "--wait", "0.2")
    #expect(late.status == 69, "\(late.talk)")
  }
}
