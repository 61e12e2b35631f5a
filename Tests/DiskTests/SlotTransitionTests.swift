import Disk
import Testing

struct SlotTransitionTests {
  private let quiet = SlotEnvironment(confirmed: .a)

  private var onTrial: SlotEnvironment { get throws { try quiet.trying(isVerified: true) } }

  @Test func tryingPutsTheOtherSlotOnTrial() throws {
    let next = try onTrial
    #expect(next.trial == .b)
    #expect(next.confirmed == .a)
    #expect(next.tries == 0)
    #expect(next.failed == nil && next.reason == nil)
  }

  @Test func tryingIsRefusedForABrokenImageAndDuringATrial() throws {
    #expect(throws: SlotError.unverified(.b)) { try quiet.trying(isVerified: false) }
    #expect(throws: SlotError.onTrial(.b)) { try onTrial.trying(isVerified: true) }
  }

  @Test func confirmingMakesTheTrialTheConfirmedOne() throws {
    let next = try onTrial.confirming(running: .b)
    #expect(next.confirmed == .b)
    #expect(next.trial == nil)
    #expect(next.tries == 0)
  }

  @Test func aTrialThatWasNotStartedCannotBeConfirmed() throws {
    #expect(throws: SlotError.notStarted(.b)) { try onTrial.confirming(running: .a) }
  }

  @Test func withoutATrialTheSlotThatRunsIsConfirmed() throws {
    #expect(try quiet.confirming(running: .a) == quiet)
    #expect(try quiet.confirming(running: .b).confirmed == .b)
  }

  @Test func failingRollsBackAtTheNextBootAndKeepsTheReason() throws {
    let failing = try onTrial.failing(.noNetwork)
    #expect(failing.trial == .b)
    let disk = pair(failing)
    let choice = BootChoice.choose(disk) { _ in true }
    #expect(choice.slot == .a)
    #expect(!choice.isTrial)
    #expect(choice.update?.environment.failed == .b)
    #expect(choice.update?.environment.reason == .noNetwork)
    #expect(choice.update?.environment.trial == nil)
    #expect(quiet.failing(.noNetwork) == quiet)
  }

  @Test func anotherTrialForgetsTheLastOne() throws {
    let rolledBack = try #require(BootChoice.choose(pair(try onTrial.failing(.noNetwork))) { _ in true }.update)
    let next = try rolledBack.environment.trying(isVerified: true)
    #expect(next.failed == nil && next.reason == nil && next.trial == .b && next.tries == 0)
  }

  @Test func cancellingIsForTrialsThatDoNotRun() throws {
    #expect(try onTrial.cancelling(running: .a).trial == nil)
    #expect(throws: SlotError.onTrial(.b)) { try onTrial.cancelling(running: .b) }
    #expect(try quiet.cancelling(running: .a) == quiet)
  }

  @Test func onlyTheIdleSlotIsWritten() throws {
    #expect(try quiet.writable(running: .a) == .b)
    #expect(try onTrial.writable(running: .a) == .b)
    #expect(throws: SlotError.onTrial(.b)) { try onTrial.writable(running: .b) }
    // The confirmed slot did not load, and the last resort runs.
    #expect(throws: SlotError.running(.b)) { try quiet.writable(running: .b) }
    #expect(try quiet.confirming(running: .b).writable(running: .b) == .a)
  }

  @Test func threeBootsAndBack() throws {
    var disk = pair(try onTrial)
    for tries in 1...3 {
      let choice = BootChoice.choose(disk) { _ in true }
      #expect(choice.slot == .b)
      #expect(choice.isTrial)
      #expect(choice.update?.environment.tries == tries)
      disk = pair(try #require(choice.update).environment)
    }
    let choice = BootChoice.choose(disk) { _ in true }
    #expect(choice.slot == .a)
    #expect(!choice.isTrial)
    #expect(choice.update?.environment.reason == .threeBoots)
    #expect(choice.update?.environment.failed == .b)
    #expect(choice.update?.environment.tries == 0)
  }

  @Test func withoutAnEnvironmentWhateverLoadsBoots() {
    let none = SlotEnvironmentPair(first: [], second: [])
    #expect(BootChoice.choose(none) { _ in true }.slot == .a)
    #expect(BootChoice.choose(none) { $0 == .b }.slot == .b)
    #expect(BootChoice.choose(none) { _ in true }.update == nil)
  }

  @Test func theOtherSlotIsTheLastResort() {
    let choice = BootChoice.choose(pair(quiet)) { $0 == .b }
    #expect(choice == BootChoice.choose(pair(SlotEnvironment(confirmed: .b))) { _ in true })
    #expect(choice.slot == .b && !choice.isTrial && choice.update == nil)
  }

  @Test func reasonsAreShortWords() {
    for good in ["a", "no-network", "9", "--", String(repeating: "x", count: 32)] {
      #expect(SlotEnvironment.Reason(Array(good.utf8))?.text == Array(good.utf8))
    }
    for bad in ["", "-", "A", "a b", "a=b", "a\0", "ü", String(repeating: "x", count: 33)] {
      #expect(SlotEnvironment.Reason(Array(bad.utf8)) == nil)
    }
  }

  @Test func theHigherValidCopyIsInForce() throws {
    let empty = [UInt8](repeating: 0, count: 4096)
    let one = SlotEnvironmentPair(first: empty, second: empty).update(to: quiet)
    let two = SlotEnvironmentPair(first: one.bytes, second: empty).update(to: try onTrial)
    #expect(one.copy == .first && two.copy == .second)
    #expect(one.environment.generation == 1 && two.environment.generation == 2)
    let both = SlotEnvironmentPair(first: one.bytes, second: two.bytes)
    #expect(both.copyInForce == .second)
    #expect(both.current?.trial == .b)
    #expect(both.update(to: quiet).copy == .first)
    #expect(SlotEnvironmentPair(first: one.bytes, second: one.bytes).copyInForce == .first)
    #expect(SlotEnvironmentPair(first: empty, second: two.bytes).copyInForce == .second)
    #expect(SlotEnvironmentPair(first: empty, second: empty).copyInForce == nil)
  }

  private func pair(_ environment: SlotEnvironment) -> SlotEnvironmentPair {
    SlotEnvironmentPair(first: environment.encode(), second: [])
  }
}
