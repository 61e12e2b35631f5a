import Boards
import ETF
import Foundation
import PeerNet
import PeerNetClient
import Sodium
import TestKit
import Testing

/// `agent.once` at a board's real process: what was asked for under a key runs once, whatever becomes of link and board.
@Suite struct OnceTests {
  private let board: TestBoard

  init() throws { board = try TestBoard() }

  private func meet(_ grants: String = "*", seed: UInt8 = 1) async throws -> (RunningBoard, LaptopNode) {
    try board.trust(try LaptopNode.entry(grants, seed: seed))
    let running = try await board.start()
    let laptop = try await LaptopNode(trusting: board.key, options: .wireTwo(seed: seed))
    try await laptop.connect(to: running)
    return (running, laptop)
  }

  private func write(_ line: String, _ level: Int64) -> Term {
    .map([MapPair(binary("line"), binary(line)), MapPair(binary("value"), .integer(level))])
  }

  private func level(_ laptop: LaptopNode, _ running: RunningBoard, _ line: String) async throws -> Term? {
    try await laptop.call(running, "gpio.read", .map([MapPair(binary("lines"), .list([binary(line)]))]))
      .value("values")?.value(line)
  }

  @Test func aRepetitionChangesNothing() async throws {
    let (running, laptop) = try await meet()
    let key = OnceKey()
    let first = try await once(laptop, running, key, "gpio.write", write("relay", 1))
    #expect(first.value("values")?.value("relay") == 1)
    #expect(first.value("once")?.value("repeated") == .atom("false"))
    // Somebody else changes it: a second run would show.
    _ = try await laptop.call(running, "gpio.write", write("relay", 0))
    let again = try await once(laptop, running, key, "gpio.write", write("relay", 1))
    #expect(again.value("values") == first.value("values"))
    #expect(again.value("once")?.value("repeated") == .atom("true"))
    #expect(try await level(laptop, running, "relay") == 0)
    let told = try await running.process.line("repeated=yes")
    #expect(told.contains("call.served") && told.contains("procedure=gpio.write outcome=ok"))
    // Also through the other door, and in the words of the client.
    let list = Term.list([.binary(key.bytes), .atom("gpio.write"), write("relay", 1)])
    #expect(try await laptop.rpc(running, "Elixir.Agent", "once", list).value("values") == first.value("values"))
    let known = try await laptop.node.call(board.key, "gpio.write", write("relay", 1), once: key)
    #expect(known.isRepeated && known.isJournaled && known.hasRestarted == false && known.value.value("once") == nil)
    #expect(try await level(laptop, running, "relay") == 0)
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
    #expect(try board.folder.mode("state/once") == 0o600)
  }

  /// Who reads the log looks for what was to be done, not for the way that it came.
  @Test func aRefusalIsLoggedUnderItsProcedure() async throws {
    let (running, laptop) = try await meet("gpio.read")
    await #expect(throws: PeerNetError.remote(.atom("forbidden"))) {
      try await once(laptop, running, OnceKey(), "gpio.write", write("relay", 1))
    }
    let line = try await running.process.line("call.refused")
    #expect(line.hasSuffix("label=laptop1 procedure=gpio.write reason=forbidden"), "\(line)")
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func aKeyStandsForOneCall() async throws {
    let (running, laptop) = try await meet()
    let key = OnceKey()
    _ = try await once(laptop, running, key, "gpio.write", write("relay", 1))
    await #expect(throws: PeerNetError.remote(binary("mismatch: the key was used for another call"))) {
      try await once(laptop, running, key, "gpio.write", write("relay", 0))
    }
    await #expect(throws: PeerNetError.keyReused) {
      try await laptop.node.call(board.key, "system.reboot", .map([]), once: key)
    }
    #expect(try await level(laptop, running, "relay") == 1)
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func grantsAreCheckedEachTime() async throws {
    let (running, laptop) = try await meet("gpio.write:relay,gpio.read")
    let key = OnceKey()
    _ = try await once(laptop, running, key, "gpio.write", write("relay", 1))
    for (name, arguments) in [("gpio.write", write("pump", 1)), ("system.reboot", .map([]))] {
      await #expect(throws: PeerNetError.remote(.atom("forbidden"))) {
        try await once(laptop, running, OnceKey(), Atom(Array(name.utf8)), arguments)
      }
    }
    #expect(try await level(laptop, running, "pump") == 0)
    try board.trust(try LaptopNode.entry("gpio.read"))
    _ = try await running.process.line("trust.loaded peers=1")
    try await eventually {
      do {
        _ = try await once(laptop, running, key, "gpio.write", write("relay", 1))
        return false
      } catch PeerNetError.remote(.atom("forbidden")) { return true }
    }
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  /// The link goes between question and answer; who asks again over the next one waits for the run that is under way.
  @Test func theLinkThatDiedCostsNoSecondRun() async throws {
    let supplicant = try SlowSupplicant(of: board, delay: 4)
    defer { supplicant.stop() }
    let (running, laptop) = try await meet()
    let key = OnceKey()
    let lost = Task { try await once(laptop, running, key, "wifi.restart") }
    try await eventually { supplicant.reconfigurations == 1 }
    await laptop.node.disconnect(from: board.key)
    await #expect(throws: PeerNetError.self) { try await lost.value }
    try await laptop.connect(to: running)
    let answer = try await laptop.node.call(board.key, "wifi.restart", once: key, timeout: .seconds(30))
    #expect(answer.isRepeated && answer.value.value("state") == binary("completed"), "\(answer)")
    #expect(try await laptop.node.call(board.key, "wifi.restart", once: key).value == answer.value)
    #expect(supplicant.reconfigurations == 1)
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  /// A call that joined the restart of another peer: its connection goes, its place with it, and its outcome is kept.
  @Test func whatJoinedIsAnsweredAfterItsConnectionWent() async throws {
    let supplicant = try SlowSupplicant(of: board, delay: 4)
    defer { supplicant.stop() }
    let (running, laptop) = try await meet()
    let first = Task { try await laptop.call(running, "wifi.restart") }
    try await eventually { supplicant.reconfigurations == 1 }
    let key = OnceKey()
    let lost = Task { try await once(laptop, running, key, "wifi.restart") }
    try await eventually { board.folder.read("state/once").map { Data($0).range(of: Data(key.bytes)) } != nil }
    await laptop.node.disconnect(from: board.key)
    await #expect(throws: PeerNetError.self) { try await lost.value }
    await #expect(throws: PeerNetError.self) { try await first.value }
    try await laptop.connect(to: running)
    let answer = try await laptop.node.call(board.key, "wifi.restart", once: key, timeout: .seconds(30))
    #expect(answer.isRepeated && answer.value.value("joined") == .atom("true"), "\(answer)")
    #expect(supplicant.reconfigurations == 1)
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func theRebootThatHappenedIsToldSo() async throws {
    let (running, laptop) = try await meet("system.reboot")
    let key = OnceKey()
    let delay = Term.map([MapPair(binary("delay"), 6)])
    let accepted = try await laptop.node.call(board.key, "system.reboot", delay, once: key)
    #expect(accepted.hasRestarted == false && !accepted.isRepeated)
    let stillThere = try await laptop.node.call(board.key, "system.reboot", delay, once: key)
    #expect(stillThere.hasRestarted == false && stillThere.isRepeated && stillThere.value == accepted.value)
    #expect(try await running.process.end(within: .seconds(60)).exitCode == 93)

    let again = try await board.start()
    try await laptop.connect(to: again)
    let after = try await laptop.node.call(board.key, "system.reboot", delay, once: key)
    #expect(after.hasRestarted == true && after.isRepeated && after.value == accepted.value)
    // Nothing is under way: a second run would have the board busy.
    let far = Term.map([MapPair(binary("delay"), 3_600)])
    #expect(try await laptop.call(again, "system.reboot", far).value("action") == binary("reboot"))
    await laptop.node.stop()
    #expect(try await again.stop().exitCode == 0)
  }

  @Test func whatTheAgentDiedOverIsUnknown() async throws {
    let supplicant = try SlowSupplicant(of: board, delay: 600)
    defer { supplicant.stop() }
    let (running, laptop) = try await meet()
    let key = OnceKey()
    let lost = Task { try await once(laptop, running, key, "wifi.restart") }
    try await eventually { supplicant.reconfigurations == 1 }
    running.process.signal(SIGKILL)
    _ = try? await running.process.end()
    await #expect(throws: PeerNetError.self) { try await lost.value }

    let again = try await board.start()
    try await laptop.connect(to: again)
    await #expect(throws: PeerNetError.interrupted("the agent ended before it was through")) {
      try await laptop.node.call(board.key, "wifi.restart", once: key)
    }
    // Nothing was run for that.
    #expect(supplicant.reconfigurations == 1)
    await laptop.node.stop()
    #expect(try await again.stop().exitCode == 0)
  }

  // MARK: The file

  @Test func aForeignFileIsLeftAsItIsAndNothingRunsByIt() async throws {
    try board.folder.write("state/once", "somebody else's\n")
    let (running, laptop) = try await meet()
    #expect(try await running.process.line("once.unusable").contains("not a journal"))
    await #expect {
      try await once(laptop, running, OnceKey(), "gpio.write", write("relay", 1))
    } throws: {
      ($0 as? PeerNetError)?.code == "no_journal"
    }
    #expect(try await level(laptop, running, "relay") == 0)
    #expect(board.folder.read("state/once") == Array("somebody else's\n".utf8))
    // Whoever wants it once and knows nothing of an earlier run still gets it.
    let plain = try await laptop.node.call(board.key, "gpio.write", write("relay", 1), once: OnceKey())
    #expect(!plain.isJournaled && plain.hasRestarted == nil)
    #expect(try await level(laptop, running, "relay") == 1)
    // And the file's end mends it.
    try FileManager.default.removeItem(atPath: board.folder.path("state/once"))
    _ = try await once(laptop, running, OnceKey(), "gpio.write", write("relay", 0))
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func aTornEndIsToldAndCostsNothingElse() async throws {
    let (running, laptop) = try await meet()
    let keys = [OnceKey(), OnceKey()]
    for key in keys { _ = try await once(laptop, running, key, "gpio.write", write("relay", 1)) }
    #expect(try await running.stop().exitCode == 0)
    let whole = try #require(board.folder.read("state/once"))
    try board.folder.write("state/once", Array(whole.dropLast(5)))
    let again = try await board.start()
    _ = try await again.process.line("once.cut")
    try await laptop.connect(to: again)
    _ = try await laptop.call(again, "gpio.write", write("relay", 0))
    let first = try await once(laptop, again, keys[0], "gpio.write", write("relay", 1))
    #expect(first.value("once")?.value("repeated") == .atom("true"))
    await #expect(throws: PeerNetError.interrupted("the board started anew before it was through")) {
      try await laptop.node.call(board.key, "gpio.write", write("relay", 1), once: keys[1])
    }
    #expect(try await level(laptop, again, "relay") == 0)
    // The next record does not go behind the torn one.
    _ = try await once(laptop, again, OnceKey(), "gpio.write", write("relay", 1))
    #expect(try await again.stop().exitCode == 0)
    let third = try await board.start()
    try await laptop.connect(to: third)
    #expect(!third.process.errorText.contains("once.cut"))
    await laptop.node.stop()
    #expect(try await third.stop().exitCode == 0)
  }

  /// Whose record is lost must not run again unnoticed: for an hour no new key is taken, and plain calls go on.
  @Test func aJournalThatLostARecordTakesNoNewKey() async throws {
    let (running, laptop) = try await meet()
    let keys = [OnceKey(), OnceKey()]
    for key in keys { _ = try await once(laptop, running, key, "gpio.write", write("relay", 1)) }
    #expect(try await running.stop().exitCode == 0)
    var damaged = try #require(board.folder.read("state/once"))
    damaged[40] ^= 1
    try board.folder.write("state/once", damaged)
    let again = try await board.start()
    #expect(try await again.process.line("<3>once.damaged").contains("no new key runs for an hour"))
    try await laptop.connect(to: again)
    for key in [keys[0], OnceKey()] {
      await #expect {
        try await once(laptop, again, key, "gpio.write", write("relay", 1))
      } throws: {
        ($0 as? PeerNetError)?.code == "no_journal"
      }
    }
    #expect(try await level(laptop, again, "relay") == 0)
    let known = try await once(laptop, again, keys[1], "gpio.write", write("relay", 1))
    #expect(known.value("once")?.value("repeated") == .atom("true"))
    #expect(board.folder.read("state/once") == damaged)
    await laptop.node.stop()
    #expect(try await again.stop().exitCode == 0)
  }

  /// A board whose disk takes nothing says so, and can still be rebooted.
  @Test func aDiskThatTakesNothingStopsNoPlainCall() async throws {
    try board.trust(try LaptopNode.entry())
    // A folder where the new file would be put together: what a full or read-only disk is to root as well.
    try board.folder.write("state/once.new/x", "")
    let (running, laptop) = try await meet()
    await #expect {
      try await once(laptop, running, OnceKey(), "system.reboot", .map([]))
    } throws: {
      ($0 as? PeerNetError)?.code == "no_journal"
    }
    #expect(running.process.isRunning && board.folder.read("state/once") == nil)
    _ = try await running.process.line("once.not_written")
    let answer = try await laptop.node.call(
      board.key, "system.reboot", .map([MapPair(binary("delay"), 0)]), once: OnceKey())
    #expect(!answer.isJournaled && answer.value.value("action") == binary("reboot"))
    #expect(try await running.process.end().exitCode == 93)
    await laptop.node.stop()
  }

  @Test func whoIsUnpairedLeavesNothing() async throws {
    let (running, laptop) = try await meet()
    let key = OnceKey()
    _ = try await once(laptop, running, key, "gpio.write", write("relay", 1))
    func isRemembered() throws -> Bool {
      let journal = try #require(board.folder.read("state/once"))
      return Data(journal).range(of: Data(key.bytes)) != nil
    }
    #expect(try isRemembered())
    await laptop.node.stop()
    try board.trust(try LaptopNode.entry(seed: 2))
    try await eventually { try !isRemembered() }
    #expect(try await running.stop().exitCode == 0)
  }

  /// The journal does not grow for ever, and a caller's oldest key is the first to go.
  @Test func theFileIsBounded() async throws {
    let (running, laptop) = try await meet("gpio.write")
    var keys: [OnceKey] = []
    for number in 0..<200 {
      keys.append(OnceKey())
      _ = try await once(laptop, running, keys[number], "gpio.write", write("relay", Int64(number % 2)))
    }
    #expect(try #require(board.folder.read("state/once")).count < 40_000)
    let last = try await once(laptop, running, keys[180], "gpio.write", write("relay", 0))
    #expect(last.value("once")?.value("repeated") == .atom("true"))
    let forgotten = try await once(laptop, running, keys[0], "gpio.write", write("relay", 0))
    #expect(forgotten.value("once")?.value("repeated") == .atom("false"))
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }
}

func once(
  _ laptop: LaptopNode, _ running: RunningBoard, _ key: OnceKey, _ name: Atom, _ arguments: Term = .map([])
) async throws -> Term {
  try await laptop.call(running, "agent.once", .tuple([.binary(key.bytes), .atom(name), arguments]))
}
