import Admin
import ETF
import PeerNet
import Sodium
import Testing

/// What `agent.once` takes, who may have it run, and what a repetition is told.
@Suite struct OnceCallTests {
  private let key = Term.binary([UInt8](0..<16))
  private let caller = PublicKey(1, 2, 3, 4)

  @Test func anythingElseIsRefused() {
    let wrong: [Term] = [
      .map([]), .tuple([key, atom("gpio.write")]), .tuple([key, atom("gpio.write"), .map([]), .map([])]),
      .tuple([.binary([1]), atom("gpio.write"), .map([])]), .tuple([atom("k"), atom("gpio.write"), .map([])]),
      .tuple([key, .integer(1), .map([])]),
    ]
    for term in wrong { #expect(throws: Refusal.once(.malformed)) { try OnceCall(term) } }
    #expect(throws: Refusal.unknownProcedure) { try OnceCall(.tuple([key, atom("gpio.burn"), .map([])])) }
    // Not by way of itself.
    #expect(throws: Refusal.unknownProcedure) { try OnceCall(.tuple([key, atom("agent.once"), .map([])])) }
  }

  @Test func theProcedureNamedInItIsWhatMayBeCalled() throws {
    let write = try OnceCall(
      .tuple([key, atom("gpio.write"), map((binary("line"), binary("pump")), (binary("value"), 1))]))
    #expect(try write.admit(grants("gpio.write:pump")) == Policy.writePump)
    for text in ["agent.once", "gpio.write:led", "system.*"] {
      #expect(throws: Refusal.forbidden) { try write.admit(grants(text)) }
    }
    let wrong = try OnceCall(.tuple([key, atom("gpio.write"), map((binary("line"), binary("pump")))]))
    #expect(throws: Refusal.badArgument(.missing(.value))) { try wrong.admit(grants("*")) }
  }

  @Test func whatOnlyLooksNeedsNoKey() throws {
    for procedure in Procedure.allCases where !procedure.descriptor.runsAnother && !procedure.descriptor.changesBoard {
      let call = try OnceCall(.tuple([key, .atom(Atom([UInt8](procedure.name))), .map([])]))
      #expect(throws: Refusal.once(.changesNothing)) { try call.admit(grants("*")) }
    }
    #expect(
      Procedure.allCases.filter(\.descriptor.changesBoard) == [
        .gpioWrite, .systemPowerOff, .systemReboot, .wifiRestart,
      ])
  }

  // MARK: Answers

  private let journal = OnceJournal()

  private func entry() throws -> OnceEntry {
    let call = try OnceCall(.tuple([key, atom("system.reboot"), .map([])]))
    return try journal.start(call, by: caller, seconds: 1_700_000_000, boot: bytes("b1"), now: .zero).entry
  }

  @Test func anAnswerTellsWhichLifeOfTheBoardItIsFrom() throws {
    let entry = try entry()
    let answer = Reply.ok(map((binary("action"), binary("reboot"))))
    func once(_ boot: String, repeated: Bool) throws -> Term? {
      guard case .ok(let value) = entry.adding(to: answer, isRepeated: repeated, boot: bytes(boot)) else { return nil }
      #expect(value[binaryKey: "action"] == binary("reboot"))
      return value[binaryKey: "once"]
    }
    #expect(
      try once("b1", repeated: false)
        == map(
          (binary("repeated"), atom("false")), (binary("at"), 1_700_000_000), (binary("boot_id"), binary("b1")),
          (binary("restarted"), atom("false"))))
    let after = try once("b2", repeated: true)
    #expect(after?[binaryKey: "repeated"] == atom("true") && after?[binaryKey: "restarted"] == atom("true"))
    #expect(try once("", repeated: true) == map((binary("repeated"), atom("true")), (binary("at"), 1_700_000_000)))
    let failure = Reply.error(binary("step_failed: x"))
    #expect(entry.adding(to: failure, isRepeated: true, boot: bytes("b2")) == failure)
  }

  @Test func whoAsksTooOftenIsToldAndTheNewestIsAnswered() throws {
    let entry = try entry()
    let log = Answers()
    for number in 0..<10 { entry.wait { log.note(number, $0) } }
    #expect(log.all.map(\.0) == [7, 8])
    #expect(log.all.allSatisfy { $0.1 == .error(binary("busy: asked again too often")) })
    _ = journal.finish(entry, .ok(map()), now: .zero)
    entry.answer(.ok(map()), boot: bytes("b1"))
    #expect(log.all.map(\.0) == [7, 8] + [0, 1, 2, 3, 4, 5, 6, 9])
    let repeated = log.all.dropFirst(2).map { answer -> Term? in
      guard case .ok(let value) = answer.1 else { return nil }
      return value[binaryKey: "once"]?[binaryKey: "repeated"]
    }
    #expect(repeated == [atom("false")] + Array(repeating: atom("true"), count: 7))
    entry.answer(.ok(map()), boot: bytes("b1"))
    #expect(log.all.count == 10)
  }

  @Test func aRecordedAnswerTellsOfTheRestartSince() throws {
    let entry = try entry()
    let plan = PowerPlan(.reboot)
    _ = journal.finish(entry, .ok(plan.answer(under: .simulated)), now: .zero)
    for (boot, restarted) in [("b1", "false"), ("b2", "true")] {
      guard case .ok(let value) = entry.repeated(.power(plan), boot: bytes(boot)) else { throw Unexpected() }
      #expect(value[binaryKey: "init"] == binary("simulated"))
      #expect(value[binaryKey: "once"]?[binaryKey: "restarted"] == atom(restarted))
    }
  }

  @Test func aBoardThatStartedAnewSinceWasRebooted() throws {
    let entry = try entry()
    let reboot = Plan.power(PowerPlan(.reboot, delay: .seconds(3)))
    guard case .ok(let value) = entry.repeated(reboot, boot: bytes("b2")) else { throw Unexpected() }
    #expect(value[binaryKey: "action"] == binary("reboot") && value[binaryKey: "delay"] == 3)
    #expect(value[binaryKey: "dry_run"] == atom("false") && value[binaryKey: "steps"] == .list([]))
    #expect(value[binaryKey: "once"]?[binaryKey: "restarted"] == atom("true"))
    // The agent alone was restarted; nothing tells what the others came to, or why the board went off.
    for (plan, boot) in [
      (reboot, "b1"), (reboot, ""), (.power(PowerPlan(.reboot, isDryRun: true)), "b2"),
      (.power(PowerPlan(.powerOff)), "b2"), (.wifiRestart(timeout: .seconds(5)), "b2"),
    ] {
      guard case .error(let reason) = entry.repeated(plan, boot: bytes(boot)) else { throw Unexpected() }
      let life = boot == "b2" ? "unknown: the board started anew" : "unknown: the agent ended"
      #expect(text(reason.binaryBytes ?? []).hasPrefix(life))
    }
  }
}

private final class Answers {
  private(set) var all: [(Int, Reply)] = []
  func note(_ number: Int, _ reply: Reply) { all.append((number, reply)) }
}

struct Unexpected: Error {}
