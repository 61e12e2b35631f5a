import PeerNet
import Sodium
import Testing

@testable import peernetd

@Suite struct LogTests {
  private final class Lines {
    var accepts = true
    var written: [String] = []

    func log(_ level: LogLevel = .info, window: TimeSpan = .seconds(60), capacity: Int = 64) -> Log {
      Log(level: level, filter: RepeatFilter(window: window, capacity: capacity)) { line in
        if self.accepts { self.written.append(String(decoding: line, as: UTF8.self)) }
        return self.accepts
      }
    }
  }

  private func at(_ seconds: Int64) -> Instant { .zero + .seconds(seconds) }

  @Test func aLineIsOneEvent() {
    let lines = Lines()
    let key = PublicKey(1, 2, 3, 4)
    lines.log().write(
      .info, "peer.connected",
      [.peer(key), .address(Endpoint(ipv4: 0x7f00_0001, port: 4040)), .number("count", -12), .literal("why", "a b")])
    let fingerprint = String(decoding: key.fingerprint, as: UTF8.self)
    #expect(
      lines.written == ["<6>peer.connected peer=\(fingerprint) addr=127.0.0.1:4040 count=-12 why=\"a b\"\n"])
  }

  /// A link that is suspect again and again costs a line a minute, and the number of times.
  @Test func suspicionIsToldAndCounted() throws {
    let lines = Lines()
    var random = RandomStream(seed: [UInt8](repeating: 7, count: 32))
    let own = KeyPair.generate(from: &random)
    let key = KeyPair.generate(from: &random).publicKey
    var trust = TrustList()
    try trust.add(TrustEntry(key: key, label: Array("laptop".utf8)))
    let node = Node(identity: own, trust: trust, seed: [UInt8](repeating: 8, count: 32), now: at(0))
    let log = lines.log()
    let peers = PeerLog(log: log)
    for second in [1, 5, 9] as [Int64] {
      peers.tell(.suspected(ConnectionID(1), key), of: node, at: at(second))
      peers.tell(.relieved(ConnectionID(1), key), of: node, at: at(second + 1))
    }
    log.timeout(at: at(70))
    let subject = "peer=\(String(decoding: key.fingerprint, as: UTF8.self)) label=laptop asked=0 unanswered=0"
    #expect(
      lines.written == [
        "<6>peer.suspect \(subject)\n", "<6>peer.relieved \(subject)\n", "<6>peer.suspect \(subject) repeated=2\n",
        "<6>peer.relieved \(subject) repeated=2\n",
      ])
  }

  /// A peer that comes and goes in a loop costs a few lines a minute and its number, and no other peer's lines; nor does a
  /// flood of strangers.
  @Test func comingAndGoingIsCounted() throws {
    let lines = Lines()
    let key = { (number: UInt64) in PublicKey(number, 2, 3, 4) }
    let trust = (1...3).map { TrustEntry(key: key($0), label: Array("l\($0)".utf8)) }
    var list = TrustList()
    for entry in trust { try list.add(entry) }
    var random = RandomStream(seed: [UInt8](repeating: 7, count: 32))
    let node = Node(
      identity: KeyPair.generate(from: &random), trust: list, seed: [UInt8](repeating: 8, count: 32), now: at(0))
    let log = lines.log()
    let peers = PeerLog(log: log)
    for number in 0..<1_000 {
      peers.tell(
        .rejected(Endpoint(ipv4: UInt32(number), port: 9), nil, .handshakeTimedOut), of: node, at: at(1))
    }
    for number in 0..<2_000 {
      peers.tell(.connected(key(1)), of: node, at: at(1))
      peers.tell(.disconnected(key(1), .closedByPeer), of: node, at: at(1))
      if number == 1_000 { peers.tell(.connected(key(2)), of: node, at: at(1)) }
    }
    peers.tell(.connected(key(3)), of: node, at: at(1))
    #expect(lines.written.count { $0.contains("peer.connected") && $0.contains("l1") } == 5)
    #expect(lines.written.count { $0.contains("peer.disconnected") && $0.contains("l1") } == 5)
    for label in ["l2", "l3"] { #expect(lines.written.count { $0.contains("label=\(label)") } == 1) }
    #expect(lines.written.count == 65 + 10 + 2)
    lines.written = []
    log.timeout(at: at(61))
    #expect(lines.written.count { $0.contains("label=l1") && $0.hasSuffix("repeated=1995\n") } == 2)
  }

  /// What one peer asks without end costs a few lines a minute, and its number; what another does stands between them.
  @Test func aFloodOfQuestionsIsCountedAndCostsNoOther() {
    let lines = Lines()
    let log = lines.log()
    func served(_ peer: String, at now: Instant) {
      log.writeFailure(
        .info, "call.served", about: [.bytes("peer", Array(peer.utf8))], [.literal("outcome", "ok")], burst: 10, at: now
      )
    }
    for number in 0..<10_000 {
      served("loud", at: at(1))
      if number % 2_000 == 0 { served("quiet", at: at(1)) }
    }
    #expect(lines.written.count { $0.contains("loud") } == 10)
    #expect(lines.written.count { $0.contains("quiet") } == 5)
    lines.written = []
    log.timeout(at: at(61))
    #expect(lines.written == ["<6>call.served peer=loud outcome=ok repeated=9990\n"])
    // The next minute has lines of its own.
    for _ in 0..<20 { served("loud", at: at(62)) }
    #expect(lines.written.count == 10)
  }

  /// Who has said who it is and is turned away is a stranger; who left before that may be the operator's own laptop, which
  /// has reached the board at another address.
  @Test func whoLeavesIsNotTurnedAway() throws {
    let lines = Lines()
    var random = RandomStream(seed: [UInt8](repeating: 7, count: 32))
    let node = Node(
      identity: KeyPair.generate(from: &random), trust: TrustList(), seed: [UInt8](repeating: 8, count: 32), now: at(0))
    let peers = PeerLog(log: lines.log())
    let (key, here) = (PublicKey(1, 2, 3, 4), Endpoint(ipv4: 0x7f00_0001, port: 4040))
    peers.tell(.rejected(here, nil, .closedByPeer), of: node, at: at(1))
    peers.tell(.rejected(here, key, .untrusted), of: node, at: at(1))
    peers.tell(.rejected(Endpoint(ipv4: 0x7f00_0002, port: 9), nil, .handshakeTimedOut), of: node, at: at(1))
    let fingerprint = String(decoding: key.fingerprint, as: UTF8.self)
    #expect(
      lines.written == [
        "<6>connection.left addr=127.0.0.1 reason=closed_by_peer\n",
        "<6>stranger.rejected addr=127.0.0.1 peer=\(fingerprint) reason=untrusted\n",
        "<6>stranger.rejected addr=127.0.0.2 reason=handshake_timed_out\n",
      ])
  }

  @Test func peerBytesCannotLeaveTheirValue() {
    let lines = Lines()
    let log = lines.log()
    log.write(.warning, "e", [.bytes("a", Array("x\n<3>fake y=1".utf8)), .bytes("b", [0xff, 0x1b, 0x22, 0x5c])])
    log.write(.warning, "e", [.bytes("a", []), .bytes("b", [UInt8](repeating: 0x61, count: 1000))])
    #expect(
      lines.written == [
        #"<4>e a="x\x0a<3>fake y=1" b="\xff\x1b\"\\""# + "\n",
        "<4>e a=\"\" b=" + String(repeating: "a", count: 128) + "...\n",
      ])
  }

  @Test func aLineIsBounded() {
    let lines = Lines()
    let value = [UInt8](repeating: 0, count: 500)
    lines.log().write(.info, "e", (0..<9).map { _ in .bytes("k", value) })
    #expect(lines.written[0].utf8.count == LogLine.maximumSize)
    #expect(lines.written[0].hasSuffix("...\n"))
  }

  @Test func onlyTheLevelAskedForIsWritten() {
    let lines = Lines()
    let log = lines.log(.notice)
    log.write(.info, "quiet")
    log.writeFailure(.debug, "quiet", at: at(0))
    log.write(.notice, "heard")
    log.level = .error
    log.write(.notice, "quiet")
    #expect(lines.written == ["<5>heard\n"])
    #expect(log.deadline == nil)
  }

  @Test func aRepeatedFailureIsCounted() {
    let lines = Lines()
    let log = lines.log()
    for second in 0..<38 {
      log.writeFailure(
        .warning, "dial.failed", about: [.literal("peer", "a")], [.number("try", Int64(second))], at: at(Int64(second)))
    }
    log.writeFailure(.warning, "dial.failed", about: [.literal("peer", "b")], at: at(38))
    #expect(lines.written == ["<4>dial.failed peer=a try=0\n", "<4>dial.failed peer=b\n"])
    #expect(log.deadline == at(60))
    log.timeout(at: at(59))
    #expect(lines.written.count == 2)
    log.timeout(at: at(60))
    #expect(lines.written.last == "<4>dial.failed peer=a try=37 repeated=37\n")
    #expect(log.deadline == at(98), "b's window is still open")
    log.timeout(at: at(200))
    #expect(lines.written.count == 3, "what did not repeat is not told again")
    #expect(log.deadline == nil)
    log.writeFailure(.warning, "dial.failed", about: [.literal("peer", "a")], at: at(201))
    #expect(lines.written.last == "<4>dial.failed peer=a\n", "a failure after a quiet window is news")
  }

  @Test func aFloodOfSubjectsIsCountedUnderItsEvent() {
    let lines = Lines()
    let log = lines.log(capacity: 3)
    for host in 0..<1000 {
      log.writeFailure(.warning, "stranger", about: [.number("host", Int64(host))], at: at(0))
    }
    log.writeFailure(.error, "other", at: at(0))
    #expect(
      lines.written.map { $0.dropLast() } == [
        "<4>stranger host=0", "<4>stranger host=1", "<4>stranger host=2", "<4>stranger host=3", "<3>other",
      ])
    log.timeout(at: at(60))
    #expect(lines.written.last == "<4>stranger host=999 repeated=996\n")
  }

  @Test func whatCannotBeWrittenIsDroppedAndCounted() {
    let lines = Lines()
    let log = lines.log()
    log.write(.info, "one")
    lines.accepts = false
    log.write(.info, "two")
    log.write(.info, "three")
    lines.accepts = true
    log.write(.info, "four")
    log.write(.info, "five")
    #expect(lines.written == ["<6>one\n", "<6>four dropped_lines=2\n", "<6>five\n"])
  }

  /// A reader that is slow misses noise, and nothing that changed the board.
  @Test func whatChangedTheBoardWaitsForTheReader() {
    let lines = Lines()
    let log = lines.log()
    lines.accepts = false
    log.write(.info, "noise")
    log.write(.notice, "one")
    log.write(.info, "noise")
    log.writeFailure(.warning, "two", at: at(1))
    for _ in 0..<3 { log.writeFailure(.warning, "two", at: at(1)) }
    log.timeout(at: at(1))
    #expect(log.deadline == at(1) + Log.retryInterval)
    log.timeout(at: at(61))
    lines.accepts = true
    // Nothing else is to be told: the time comes.
    log.timeout(at: at(61) + .milliseconds(249))
    #expect(lines.written.isEmpty)
    log.timeout(at: at(61) + Log.retryInterval)
    #expect(lines.written == ["<5>one dropped_lines=2\n", "<4>two\n", "<4>two repeated=3\n"])
    log.write(.info, "later")
    #expect(lines.written.last == "<6>later\n")
    #expect(log.deadline == at(121))
  }

  @Test func whatWaitsIsWrittenBeforeWhatComes() {
    let lines = Lines()
    let log = lines.log()
    lines.accepts = false
    log.write(.notice, "one")
    lines.accepts = true
    log.write(.info, "two")
    #expect(lines.written == ["<5>one\n", "<6>two\n"])
  }

  @Test func whatWaitsIsBounded() throws {
    let lines = Lines()
    let log = lines.log()
    lines.accepts = false
    let value = [UInt8](repeating: 0x61, count: 120)
    for number in 0..<1_000 { log.write(.notice, "act", [.number("n", Int64(number)), .bytes("v", value)]) }
    lines.accepts = true
    log.write(.info, "last")
    let bytes = lines.written.reduce(0) { $0 + $1.utf8.count }
    #expect((Log.maximumWaitingBytes - 2_000..<Log.maximumWaitingBytes + 2_000).contains(bytes))
    // The oldest stay, and what they cost is told.
    #expect(lines.written[1].hasPrefix("<5>act n=1 "))
    #expect(lines.written[0].hasSuffix(" dropped_notices=\(1_001 - lines.written.count)\n"))
    #expect(lines.written.last == "<6>last\n")
  }
}
