import Admin
import Boards
import ETF
import Foundation
import PeerNet
import PeerNetClient
import Synchronization
import Testing

@testable import peernet

/// What changes a board is done once, and the commands tell what really came of it.
@Suite struct OnceTests {
  /// Requests as a board's journal gets them.
  private final class Asked: Sendable {
    private let requests = Mutex<[Term]>([])
    var all: [Term] { requests.withLock { $0 } }
    var keys: Set<[UInt8]> { Set(all.compactMap { $0.elements?[0].binaryBytes }) }
    var names: [Term] { all.compactMap { $0.elements?[1] } }
    @discardableResult func note(_ request: Request) -> Int {
      requests.withLock {
        $0.append(request.arguments)
        return $0.count
      }
    }
  }

  private let asked = Asked()

  private static func answer(_ pairs: String, repeated: Bool = false, restarted: Bool = false) -> Term {
    try! Term(
      text: "#{\(pairs), <<\"once\">> => #{<<\"repeated\">> => \(repeated), <<\"restarted\">> => \(restarted)}}")
  }

  private func expect(
    _ outcome: Laptop.Outcome, _ status: Admin.ExitStatus, _ talk: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(outcome.status == status.rawValue, "\(outcome.talk)", sourceLocation: sourceLocation)
    #expect(outcome.talk.contains(talk), "\(outcome.talk)", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
  }

  @Test func theAnswerThatTheLinkLostIsAskedForAgain() async throws {
    let laptop = try Laptop()
    let (calls, call) = AsyncStream.makeStream(of: Void.self)
    let ours = try await laptop.key()
    let before = try await AnsweringBoard(
      40, trusting: ours,
      [
        "agent.once": { [asked] in
          asked.note($0)
          call.yield()
          try await Task.sleep(for: .seconds(60))
          return .map([])
        }
      ])
    try await before.pair(laptop)
    async let outcome = laptop.run("gpio", "write", "board", "relay=1", "--timeout", "25")
    for await _ in calls { break }
    await before.node.stop()
    let values = Self.answer("<<\"values\">> => #{<<\"relay\">> => 1}", repeated: true)
    let after = try await AnsweringBoard(
      40, trusting: ours, port: before.port,
      [
        "agent.once": { [asked] in
          asked.note($0)
          return values
        }
      ])
    let written = try await outcome
    #expect(written.status == 0 && written.output == "relay  1\n", "\(written.talk)")
    #expect(written.talk.contains("asking again"))
    #expect(asked.all.count >= 2 && asked.keys.count == 1 && Set(asked.names) == [.atom("gpio.write")])
    await after.node.stop()
  }

  @Test func rebootWaitsUntilTheBoardIsBack() async throws {
    let laptop = try Laptop()
    let pairs = "<<\"action\">> => <<\"reboot\">>"
    let board = try await AnsweringBoard(
      41, trusting: laptop.key(),
      [
        "agent.once": { [asked] in
          let count = asked.note($0)
          return Self.answer(pairs, repeated: count > 1, restarted: count > 3)
        }
      ])
    try await board.pair(laptop)
    let waited = try await laptop.run("reboot", "board", "--yes", "--until-back", "--delay", "0")
    #expect(waited.status == 0, "\(waited.talk)")
    #expect(waited.output.contains("action     reboot\nrestarted  true\ntook       "), "\(waited.output)")
    #expect(waited.talk.contains("waiting for it to restart"))
    #expect(asked.all.count == 4 && asked.keys.count == 1)
    // A board that was restarted under this key already is not waited for.
    let at = try await laptop.run("reboot", "board", "--yes", "--json").json.first
    #expect(at?["restarted"] as? Bool == true && at?["once"] == nil && asked.keys.count == 2)
    await board.node.stop()
  }

  @Test func withoutWaitingItSaysThatTheBoardIsStillThere() async throws {
    let laptop = try Laptop()
    let answer = Self.answer("<<\"action\">> => <<\"reboot\">>")
    let board = try await AnsweringBoard(42, trusting: laptop.key(), ["agent.once": { _ in answer }])
    try await board.pair(laptop)
    #expect(try await laptop.run("reboot", "board", "--yes").output == "action  reboot\n")
    #expect(try await laptop.run("poweroff", "board", "--yes", "--json").json.first?["restarted"] as? Bool == false)
    let late = try await laptop.run("reboot", "board", "--yes", "--until-back", "--timeout", "2")
    expect(late, .timedOut, "still answers after 2 s and has not restarted")
    await board.node.stop()
  }

  /// Nobody heard it, so nobody knows: it may have started anew at an address that cannot be reached.
  @Test func aBoardThatStaysAwayIsNotSaidToHaveStayedUp() async throws {
    let laptop = try Laptop()
    let answer = Self.answer("<<\"action\">> => <<\"reboot\">>")
    let (calls, call) = AsyncStream.makeStream(of: Void.self)
    let board = try await AnsweringBoard(
      47, trusting: laptop.key(),
      [
        "agent.once": { _ in
          call.yield()
          return answer
        }
      ])
    try await board.pair(laptop)
    async let outcome = laptop.run("reboot", "board", "--yes", "--until-back", "--timeout", "4")
    for await _ in calls { break }
    try await Task.sleep(for: .milliseconds(200))
    await board.node.stop()
    let late = try await outcome
    expect(late, .outcomeUnknown, "whether it has restarted is not known")
    #expect(late.talk.contains("board is away, after") && !late.talk.contains("has not started"), "\(late.talk)")
  }

  /// Without a journal it cannot be told, and asking again would be another reboot.
  @Test func waitingNeedsAJournal() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(
      43, trusting: laptop.key(),
      [
        "system.reboot": { [asked] in
          asked.note($0)
          return try Term(text: "#{<<\"action\">> => <<\"reboot\">>}")
        }
      ])
    try await board.pair(laptop)
    expect(try await laptop.run("reboot", "board", "--yes", "--until-back"), .refused, "no_journal")
    #expect(asked.all.count == 1)
    await board.node.stop()
  }

  @Test func whatIsNotKnownHasAnExitStatusOfItsOwn() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(
      44, trusting: laptop.key(),
      ["agent.once": { _ in throw PeerNetError.remote(.binary(utf8: "unknown: the agent ended")) }])
    try await board.pair(laptop)
    expect(try await laptop.run("gpio", "write", "board", "relay=1"), .interrupted, "the agent ended")
    let json = try await laptop.run("wifi", "restart", "board", "--json")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.talk.utf8)) as? [String: [String: Any]])
    #expect(object["error"]?["code"] as? String == "interrupted" && object["error"]?["status"] as? Int == 91)
    await board.node.stop()
  }

  @Test func anyCallCanBeMadeOnceAndAskedForByItsKey() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(
      45, trusting: laptop.key(),
      [
        "agent.once": { [asked] in
          if asked.note($0) > 1 { throw PeerNetError.remote(.binary(utf8: "mismatch: another")) }
          return Self.answer("<<\"a\">> => 1")
        },
        "pump.fill": { _ in .integer(1) },
      ])
    try await board.pair(laptop)
    let first = try await laptop.run("call", "board", "pump.fill", "{2}", "--once")
    #expect(first.output == "#{<<\"a\">> => 1}\n", "\(first.talk)")
    let key = "000102030405060708090a0b0c0d0e0f"
    expect(try await laptop.run("call", "board", "pump.fill", "{2}", "--once-key", key), .data, "another call")
    #expect(asked.all.last == .tuple([.binary([UInt8](0..<16)), .atom("pump.fill"), .tuple([2])]))
    expect(try await laptop.run("call", "board", "pump.fill", "--once-key", "12"), .usage, "--once-key")
    await board.node.stop()
  }

  @Test func whoGivesUpIsToldHowToAskAgain() async throws {
    let laptop = try Laptop()
    let board = try await AnsweringBoard(
      46, trusting: laptop.key(),
      [
        "agent.once": { [asked] in
          asked.note($0)
          try await Task.sleep(for: .seconds(60))
          return .map([])
        }
      ])
    try await board.pair(laptop)
    let outcome = try await laptop.run("call", "board", "pump.fill", "--once", "--timeout", "1")
    let key = try #require(asked.keys.first.flatMap { OnceKey($0) })
    expect(outcome, .timedOut, "ask again with --once-key \(key)")
    await board.node.stop()
  }
}
