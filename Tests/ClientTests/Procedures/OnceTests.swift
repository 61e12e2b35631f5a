import ETF
import PeerNet
import PeerNetClient
import Sodium
import Synchronization
import Testing

/// Calls that run at most once, against a peer whose journal the test writes.
@Suite(.timeLimit(.minutes(2))) struct OnceTests {
  /// What a peer was asked, in order.
  private final class Asked: Sendable {
    private let names = Mutex<[(name: String, arguments: Term)]>([])
    var count: Int { names.withLock { $0.count } }
    var journaled: [Term] { names.withLock { $0.filter { $0.name == "agent.once" }.map(\.arguments) } }
    var plain: Int { names.withLock { $0.filter { $0.name == "pump.fill" }.count } }
    /// How many were asked before this one.
    func note(_ name: String, _ arguments: Term) -> Int {
      names.withLock {
        $0.append((name, arguments))
        return $0.count - 1
      }
    }
  }

  /// How a peer takes one request.
  private enum Take {
    case answer(Term)
    case refuse(Term)
    /// The connection ends while it is at work.
    case hangUp
  }

  private let asked = Asked()
  private let network = MemoryNetwork()
  private let key = OnceKey()

  /// A node, and a peer that takes requests of either name in this order; the last for all that come after.
  private func meet(wire: Wire = .two, names: [String] = ["agent.once", "pump.fill"], _ takes: Take...) async throws
    -> (
      TestNode, TestNode
    )
  {
    let one = await TestNode(on: network) { $0.connectsAutomatically = false }
    let peer = await TestNode(on: network) { $0.connectsAutomatically = false }
    let (asked, client, node) = (asked, one.key, peer.node)
    for name in names {
      await peer.node.expose(name, access: .anyTrusted) { request in
        switch takes[min(asked.note(name, request.arguments), takes.count - 1)] {
        case .answer(let value): return value
        case .refuse(let reason): throw PeerNetError.remote(reason)
        case .hangUp:
          await node.disconnect(from: client)
          try await Task.sleep(for: .seconds(60))
          return .atom("late")
        }
      }
    }
    try await one.node.start()
    try await peer.node.start()
    try await TestNode.pair(one, peer, wire: wire)
    try await one.node.connect(to: peer.key, at: [peer.endpoint], timeout: .seconds(30))
    return (one, peer)
  }

  private func ask(_ one: TestNode, _ peer: TestNode, timeout: Duration = .seconds(60)) async throws -> OnceAnswer {
    try await one.node.call(peer.key, "pump.fill", .integer(7), once: key, timeout: timeout)
  }

  private func part(_ one: TestNode, _ peer: TestNode) async {
    await one.node.stop()
    await peer.node.stop()
  }

  private static func answer(_ once: String) -> Term {
    try! Term(text: "#{<<\"level\">> => 3, <<\"once\">> => \(once)}")
  }

  @Test func whatTheLinkLostIsAskedForUnderTheSameKey() async throws {
    let (one, peer) = try await meet(
      .hangUp, .hangUp, .answer(Self.answer("#{<<\"repeated\">> => true, <<\"restarted\">> => false}")))
    let answer = try await ask(one, peer)
    #expect(answer.value == (try Term(text: "#{<<\"level\">> => 3}")))
    #expect(answer.isRepeated && answer.isJournaled && answer.hasRestarted == false)
    let expected = Term.tuple([.binary(key.bytes), .atom("pump.fill"), .integer(7)])
    #expect(asked.journaled == [expected, expected, expected] && asked.plain == 0)
    await part(one, peer)
  }

  @Test func aPeerWithoutAJournalIsAskedOnceAndNotAgain() async throws {
    let (one, peer) = try await meet(names: ["pump.fill"], .answer(.integer(3)), .hangUp)
    let answer = try await ask(one, peer)
    #expect(answer.value == .integer(3) && !answer.isJournaled && !answer.isRepeated && answer.hasRestarted == nil)
    await #expect {
      try await ask(one, peer)
    } throws: {
      if case PeerNetError.outcomeUnknown = $0 { true } else { false }
    }
    #expect(asked.plain == 2)
    await part(one, peer)
  }

  @Test func aJournalThatCannotBeWrittenIsNone() async throws {
    let (one, peer) = try await meet(.refuse(.binary(utf8: "no_journal: full")), .answer(.integer(3)))
    let answer = try await ask(one, peer)
    #expect(answer.value == .integer(3) && !answer.isJournaled)
    #expect(asked.journaled.count == 1 && asked.plain == 1)
    await part(one, peer)
  }

  /// The first request may have run. Without the journal nobody can tell, and a plain call could be the second.
  @Test func aJournalThatIsGoneWhenAskedAgainIsNoReasonToRunIt() async throws {
    let (one, peer) = try await meet(.hangUp, .refuse(.binary(utf8: "no_journal: full")), .answer(.integer(3)))
    await #expect {
      try await ask(one, peer)
    } throws: {
      if case PeerNetError.outcomeUnknown = $0 { true } else { false }
    }
    #expect(asked.journaled.count == 2 && asked.plain == 0)
    await part(one, peer)
  }

  /// A BEAM peer drops the connection over a name that it has never seen.
  @Test func theOlderWireIsNotAskedForAJournal() async throws {
    let (one, peer) = try await meet(wire: .one, .answer(.integer(3)))
    let answer = try await ask(one, peer)
    #expect(answer.value == .integer(3) && !answer.isJournaled)
    #expect(asked.journaled.isEmpty && asked.plain == 1)
    await part(one, peer)
  }

  @Test(arguments: [
    ("unknown: the agent ended", PeerNetError.interrupted("the agent ended")), ("mismatch: no", .keyReused),
    ("step_failed: dry", .remote(.binary(utf8: "step_failed: dry"))),
  ]) func refusalsHaveTheirNames(_ reason: String, _ error: PeerNetError) async throws {
    let (one, peer) = try await meet(.refuse(.binary(utf8: reason)))
    await #expect(throws: error) { try await ask(one, peer) }
    #expect(asked.count == 1)
    await part(one, peer)
  }

  @Test func theTimeIsForAllOfIt() async throws {
    let (one, peer) = try await meet(.hangUp)
    await #expect {
      try await ask(one, peer, timeout: .seconds(2))
    } throws: {
      // Either way it may have been done.
      switch $0 as? PeerNetError {
      case .outcomeUnknown, .timedOut: true
      default: false
      }
    }
    #expect(asked.count >= 1 && asked.plain == 0)
    await part(one, peer)
    await #expect(throws: PeerNetError.stopped) { try await ask(one, peer) }
  }

  @Test func theWordsOfABoardTakeAKey() async throws {
    let plan = "#{<<\"action\">> => <<\"reboot\">>, <<\"delay\">> => 1, <<\"dry_run\">> => false, <<\"steps\">> => []}"
    let (one, peer) = try await meet(.answer(try Term(text: plan)))
    let device = one.node.device(peer.key)
    #expect(try await device.system.reboot(once: key).action == "reboot")
    #expect(asked.journaled.first?.elements?[0] == .binary(key.bytes))
    #expect(asked.journaled.first?.elements?[1] == .atom("system.reboot"))
    let typed = RemoteProcedure<Int, Term>("pump.fill")
    _ = try await device.once(typed, 7)
    #expect(asked.journaled.last?.elements?[1] == .atom("pump.fill") && asked.journaled.last?.elements?[2] == 7)
    await part(one, peer)
  }

  @Test func aKeyIsWrittenDownAndRead() throws {
    #expect(OnceKey() != OnceKey())
    #expect(OnceKey(key.description) == key && key.description.utf8.count == 32)
    #expect(OnceKey([UInt8](0..<16))?.description == "000102030405060708090a0b0c0d0e0f")
    for text in ["", "00", String(repeating: "g", count: 32), String(repeating: "0", count: 33), "é" + key.description]
    {
      #expect(OnceKey(text) == nil)
    }
    #expect(OnceKey([1, 2]) == nil)
  }
}
