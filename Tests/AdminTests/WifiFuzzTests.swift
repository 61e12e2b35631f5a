import PeerNet
import Seeds
import Testing

@testable import Admin

@Suite struct WifiFuzzTests {
  static let phrases: [String] = [
    "OK\n", "FAIL\n", "FAIL-BUSY\n", "PONG\n", "UNKNOWN COMMAND\n", completed, scanning, "wpa_state=COMPLETED\n",
    "wpa_state=COMPLETED", connectedEvent, "<3>CTRL-EVENT-DISCONNECTED ", "<3>CTRL-EVENT-TERMINATING ",
    "<3>CTRL-EVENT-SCAN-RESULTS ", "<3>CTRL-EVENT-SCAN-FAILED ret=-16", "<3>CTRL-EVENT-SCAN-FAILED ret=-16 retry=1",
    "<3>CTRL-EVENT-NETWORK-NOT-FOUND ",
    "wpa_state=INTERFACE_DISABLED\n", "02:00:00:00:01:00\t2412\t-40\t[WPA2]\thome\n", "RSSI=-40\n", "",
    NumberedSupplicant(30).results, NumberedSupplicant(30).reply(from: 0), "id=4294967295\n====\n",
  ]

  static func plan(_ random: inout SeededGenerator) -> (WifiDialogue.Plan, Int64) {
    switch UInt64.random(in: 0..<4, using: &random) {
    case 0: (.status, 3_000)
    case 1: (.scan, 15_000)
    case 2: (.restart(WifiRestart.Options(total: .seconds(30), respawned: false)), 30_000)
    default: (.restart(WifiRestart.Options(total: .seconds(30))), 30_000)
    }
  }

  /// Whatever the supplicant does: one result, no later than promised, without a storm of commands.
  @Test func alwaysOneResultInTime() {
    var kinds: Set<String> = []
    for seed in 0..<4_000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let (plan, total) = Self.plan(&random)
      var script = ScriptedSupplicant(plan)
      let health = UInt64.random(in: 0..<100, using: &random)
      var healthy = HealthySupplicant()
      let result = script.run(isThere: { _ in UInt64.random(in: 0..<100, using: &random) < max(health, 20) }) {
        command, now in
        var acts: [(Int64, ScriptedSupplicant.Act)] = []
        if UInt64.random(in: 0..<100, using: &random) < health { acts = healthy.answer(command, now) }
        for _ in 0..<Int.random(in: 0..<4, using: &random) {
          let delay = Int64.random(in: 0..<4_000, using: &random)
          switch UInt64.random(in: 0..<12, using: &random) {
          case 0: acts.append((delay, .die))
          case 1: acts.append((delay, .bytes((0..<20).map { _ in UInt8.random(in: 0...255, using: &random) })))
          default: acts.append((delay, .say(Self.phrases.randomElement(using: &random)!)))
          }
        }
        return acts
      }
      guard let result else { Issue.record("seed \(seed): no result"); return }
      guard script.milliseconds <= total else { Issue.record("seed \(seed): \(script.milliseconds) ms"); return }
      guard script.commands.count < 500 else { Issue.record("seed \(seed): \(script.commands.count) commands"); return }
      switch result {
      case .restarted: kinds.insert("restarted")
      case .failed: kinds.insert("failed")
      case .scan: kinds.insert("scan")
      case .status: kinds.insert("status")
      }
    }
    // The runs are worth something only if they end in all ways.
    #expect(kinds.count == 4)
  }

  /// Inputs in any order at all, also after the end, and clocks that stand still.
  @Test func anyInputAtAnyTime() {
    for seed in 0..<2_000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let (plan, _) = Self.plan(&random)
      var now = Instant(nanoseconds: 5)
      var dialogue = WifiDialogue(plan, now: now)
      var finishes = 0
      for _ in 0..<200 {
        switch UInt64.random(in: 0..<6, using: &random) {
        case 0: dialogue.handleSocketOpened(now: now)
        case 1: dialogue.handleSocketLost(now: now)
        case 2: dialogue.timeout(now: now)
        case 3: now = now + .milliseconds(Int64.random(in: 0..<2_000, using: &random))
        default: dialogue.handleDatagram(bytes(Self.phrases.randomElement(using: &random)!), now: now)
        }
        while let output = dialogue.nextOutput() {
          if case .finish = output { finishes += 1 }
        }
      }
      now = now + .seconds(60)
      dialogue.timeout(now: now)
      while let output = dialogue.nextOutput() {
        if case .finish = output { finishes += 1 }
      }
      #expect(finishes == 1 && dialogue.deadline == nil, "seed \(seed)")
    }
  }
}
