import PeerNet
import Testing

@testable import Admin

@Suite struct WifiRestartTests {
  static let plan = WifiDialogue.Plan.restart(WifiRestart.Options(total: .seconds(30)))

  static func failed(_ step: WifiError.Step, _ reason: WifiError.Reason) -> WifiDialogue.Result {
    .failed(WifiError(step: step, reason: reason))
  }

  @Test func theSoftWay() throws {
    var supplicant = HealthySupplicant()
    var script = ScriptedSupplicant(Self.plan)
    let result = script.run { supplicant.answer($0, $1) }
    guard case .restarted(let success) = result else { Issue.record("\(String(describing: result))"); return }
    #expect(success.way == .reconfigure)
    #expect(success.status.state == .completed)
    #expect(success.status.ssid == bytes("home"))
    #expect(success.status.address == bytes("192.0.2.7"))
    #expect(script.commands == [.attach, .status, .reconfigure, .status, .status])
    // The event hurries it: it does not wait for the next poll.
    #expect((800...810).contains(script.milliseconds))
    #expect(success.took == .milliseconds(script.milliseconds))
  }

  @Test func withoutEventsThePollsFindOut() {
    var supplicant = HealthySupplicant()
    var script = ScriptedSupplicant(Self.plan)
    let result = script.run { command, now in
      if command == .attach { return [(1, .say("FAIL\n"))] }
      return Array(supplicant.answer(command, now).prefix(1))
    }
    guard case .restarted? = result else { Issue.record("\(String(describing: result))"); return }
    #expect(script.milliseconds < 2000)
  }

  @Test func withoutAConfigurationFileItReassociates() {
    var supplicant = HealthySupplicant()
    var script = ScriptedSupplicant(Self.plan)
    let result = script.run { $0 == .reconfigure ? [(1, .say("FAIL\n"))] : supplicant.answer($0, $1) }
    guard case .restarted(let success)? = result else { Issue.record("\(String(describing: result))"); return }
    #expect(success.way == .reassociate)
  }

  @Test func theOldAssociationIsNoSuccess() {
    // RECONFIGURE that changes nothing: only REASSOCIATE leaves the network.
    var supplicant = HealthySupplicant()
    var script = ScriptedSupplicant(Self.plan)
    let result = script.run { $0 == .reconfigure ? [(1, .say("OK\n"))] : supplicant.answer($0, $1) }
    guard case .restarted(let success)? = result else { Issue.record("\(String(describing: result))"); return }
    #expect(success.way == .reassociate)
    #expect(script.commands.contains(.reassociate))
    #expect(success.took > .seconds(2))
  }

  @Test func oneThatWasToldToDisconnectIsToldToAssociate() {
    // RECONFIGURE reads the file and leaves it disconnected.
    var supplicant = HealthySupplicant()
    var isDisconnected = true
    var script = ScriptedSupplicant(Self.plan)
    let result = script.run { command, now in
      if command == .reassociate { isDisconnected = false }
      guard isDisconnected else { return supplicant.answer(command, now) }
      return [(1, .say(command == .status ? "wpa_state=DISCONNECTED\n" : "OK\n"))]
    }
    guard case .restarted(let success)? = result else { Issue.record("\(String(describing: result))"); return }
    #expect(success.way == .reassociate)
    #expect(!script.commands.contains(.terminate))
    #expect(script.milliseconds < 5000)
  }

  @Test func theHardWayWhenTheSoftOneHasHadHalfOfTheTime() {
    var supplicant = HealthySupplicant(comesBack: false)
    var script = ScriptedSupplicant(Self.plan)
    let result = script.run(isThere: { now in supplicant.terminatedAt.map { now > $0 + 3000 } ?? true }) {
      supplicant.answer($0, $1)
    }
    guard case .restarted(let success)? = result else { Issue.record("\(String(describing: result))"); return }
    #expect(success.way == .respawn)
    #expect((15_000...15_010).contains(supplicant.terminatedAt ?? 0))
    #expect((18_000...20_000).contains(script.milliseconds))
  }

  @Test func noHardWayWithoutASupervisor() {
    var supplicant = HealthySupplicant(comesBack: false)
    var script = ScriptedSupplicant(.restart(WifiRestart.Options(total: .seconds(30), respawned: false)))
    let result = script.run { command, now in
      supplicant.answer(command, now)
        + (command == .reconfigure ? [(500, .say("<3>CTRL-EVENT-NETWORK-NOT-FOUND "))] : [])
    }
    #expect(result == Self.failed(.associate, .networkNotFound))
    #expect(!script.commands.contains(.terminate))
    #expect(script.milliseconds == 30_000)
  }

  @Test func notRespawned() {
    var supplicant = HealthySupplicant(comesBack: false)
    var script = ScriptedSupplicant(Self.plan)
    let result = script.run(isThere: { _ in supplicant.terminatedAt == nil }) { supplicant.answer($0, $1) }
    #expect(result == Self.failed(.respawn, .absent))
  }

  @Test func neverThere() {
    var script = ScriptedSupplicant(Self.plan)
    #expect(script.run(isThere: { _ in false }) { _, _ in [] } == Self.failed(.reach, .absent))
    #expect(script.milliseconds == 30_000)
  }

  @Test func thereAfterAWhile() {
    var supplicant = HealthySupplicant()
    var script = ScriptedSupplicant(Self.plan)
    let result = script.run(isThere: { $0 > 4000 }) { supplicant.answer($0, $1) }
    guard case .restarted? = result else { Issue.record("\(String(describing: result))"); return }
    #expect((4800...5400).contains(script.milliseconds))
  }

  @Test func aSilentSupplicantIsNamed() {
    var script = ScriptedSupplicant(Self.plan)
    #expect(script.run { _, _ in [] } == Self.failed(.terminate, .silent))
    #expect(script.milliseconds == 30_000)
    // Each silence costs the socket, so that no late reply is taken for another's.
    #expect(script.trace.filter { $0 == "open" }.count == script.commands.count)
  }

  @Test func lateRepliesAreNobodys() {
    // Every reply comes after its socket was given up; had one counted, the dialogue would have gone on.
    var script = ScriptedSupplicant(Self.plan)
    let result = script.run { _, _ in [(2500, .say("OK\n"))] }
    #expect(result == Self.failed(.terminate, .silent))
    #expect(Set(script.commands) == [.attach])
  }

  @Test func busyIsRepeatedWithBackoff() {
    var supplicant = HealthySupplicant()
    var refusals = 4
    var script = ScriptedSupplicant(Self.plan)
    let result = script.run { command, now in
      if command == .reconfigure, refusals > 0 {
        refusals -= 1
        return [(1, .say("FAIL-BUSY\n"))]
      }
      return supplicant.answer(command, now)
    }
    guard case .restarted(let success)? = result else { Issue.record("\(String(describing: result))"); return }
    #expect(success.way == .reconfigure)
    let times = script.trace.filter { $0.hasPrefix("reconfigure") }.map { Int($0.split(separator: " ")[1])! }
    #expect(times.count == 5)
    #expect(zip(times, times.dropFirst()).map { $1 - $0 } == [201, 401, 801, 1601])
  }

  @Test func busyForEverIsNamed() {
    var script = ScriptedSupplicant(.restart(WifiRestart.Options(total: .seconds(10), respawned: false)))
    var supplicant = HealthySupplicant()
    let result = script.run { $0 == .reconfigure ? [(1, .say("FAIL-BUSY\n"))] : supplicant.answer($0, $1) }
    #expect(result == Self.failed(.reconfigure, .busy))
  }

  @Test func theSupplicantDiesAndReturns() {
    var supplicant = HealthySupplicant()
    var deadUntil: Int64 = 0
    var script = ScriptedSupplicant(Self.plan)
    let result = script.run(isThere: { $0 >= deadUntil }) { command, now in
      if command == .reconfigure, deadUntil == 0 {
        deadUntil = now + 2000
        return [(5, .die)]
      }
      return supplicant.answer(command, now)
    }
    guard case .restarted(let success)? = result else { Issue.record("\(String(describing: result))"); return }
    #expect(success.way == .respawn)
  }

  @Test func theAddressIsWaitedFor() {
    var supplicant = HealthySupplicant()
    var script = ScriptedSupplicant(Self.plan)
    let bare = "wpa_state=COMPLETED\nssid=home\n"
    let result = script.run { command, now in
      if command == .status, supplicant.isConnected(now), supplicant.leftAt.map({ now < $0 + 5000 }) ?? false {
        return [(1, .say(bare))]
      }
      return supplicant.answer(command, now)
    }
    guard case .restarted(let success)? = result else { Issue.record("\(String(describing: result))"); return }
    #expect(success.took > .seconds(5))

    supplicant = HealthySupplicant()
    script = ScriptedSupplicant(Self.plan)
    let never = script.run { command, now in
      command == .status && supplicant.leftAt != nil && supplicant.isConnected(now)
        ? [(1, .say(bare))] : supplicant.answer(command, now)
    }
    // DHCP's trouble is no reason to end the supplicant.
    #expect(never == Self.failed(.address, .noAddress))
    #expect(!script.commands.contains(.terminate))
  }

  @Test(
    arguments: [
      ("<3>CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid=\"h\" auth_failures=2 duration=20 reason=WRONG_KEY", .wrongKey),
      ("<3>CTRL-EVENT-ASSOC-REJECT bssid=02:00:00:00:01:00 status_code=17", .rejected),
      ("<3>CTRL-EVENT-NETWORK-NOT-FOUND ", .networkNotFound),
      ("<3>CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid=\"h\" auth_failures=1 duration=10 reason=CONN_FAILED", .noAnswer),
      ("<3>CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid=\"h\" auth_failures=1 duration=10 reason=AUTH_FAILED", .rejected),
      ("<3>CTRL-EVENT-ASSOC-REJECT bssid=02:00:00:00:01:00 status_code=1 timeout", .noAnswer),
      ("<3>CTRL-EVENT-ASSOC-REJECT bssid=02:00:00:00:01:00 status_code=1 timeout=auth", .noAnswer),
      ("<3>CTRL-EVENT-ASSOC-REJECT bssid=00:00:00:00:00:00 status_code=16", .noAnswer),
    ] as [(String, WifiError.Reason)])
  func theReasonIsTheSupplicants(_ event: String, _ reason: WifiError.Reason) {
    var supplicant = HealthySupplicant(comesBack: false)
    var script = ScriptedSupplicant(.restart(WifiRestart.Options(total: .seconds(10), respawned: false)))
    let result = script.run { command, now in
      supplicant.answer(command, now) + (command == .reconfigure ? [(700, .say(event))] : [])
    }
    #expect(result == Self.failed(.associate, reason))
  }

  /// What the access point said tells more than that it came to nothing.
  @Test func aRejectionIsNotForgottenForAFailedConnection() {
    var supplicant = HealthySupplicant(comesBack: false)
    var script = ScriptedSupplicant(.restart(WifiRestart.Options(total: .seconds(10), respawned: false)))
    let result = script.run { command, now in
      supplicant.answer(command, now)
        + (command == .reconfigure
          ? [
            (700, .say("<3>CTRL-EVENT-ASSOC-REJECT bssid=02:00:00:00:01:00 status_code=17")),
            (
              710,
              .say("<3>CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid=\"h\" auth_failures=1 duration=10 reason=CONN_FAILED")
            ),
          ] : [])
    }
    #expect(result == Self.failed(.associate, .rejected))
  }

  /// An access point without power, as wpa_supplicant 2.10 tells of it: it stands in the scan for a while, does not answer, and
  /// then is not found any more. On a flashed board the supplicant is started again when half of the time is over.
  @Test(arguments: [5, 30, 60] as [Int64])
  func anAccessPointThatNeverAnswersTakesNoLongerAndIsNotBlamed(_ seconds: Int64) {
    var supplicant = HealthySupplicant()
    var script = ScriptedSupplicant(.restart(WifiRestart.Options(total: .seconds(seconds))))
    let result = script.run(isThere: { now in supplicant.terminatedAt.map { now > $0 + 2000 } ?? true }) {
      command, now in
      switch command {
      case .status where supplicant.leftAt != nil: return [(1, .say(scanning))]
      case .attach where supplicant.terminatedAt != nil, .reconfigure:
        if command == .reconfigure { supplicant.leftAt = now }
        return [
          (1, .say("OK\n")),
          (400, .say("<3>SME: Trying to authenticate with 02:00:00:00:01:00 (SSID='home' freq=2412 MHz)")),
          (1400, .say("<3>CTRL-EVENT-ASSOC-REJECT bssid=02:00:00:00:01:00 status_code=1 timeout=auth")),
          (
            1401,
            .say("<3>CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid=\"home\" auth_failures=1 duration=10 reason=CONN_FAILED")
          ),
          (11_500, .say("<3>CTRL-EVENT-SSID-REENABLED id=0 ssid=\"home\"")),
          (12_000, .say("<3>CTRL-EVENT-NETWORK-NOT-FOUND ")),
        ]
      case .terminate:
        supplicant.terminatedAt = now
        return [(1, .say("OK\n")), (20, .die)]
      default: return supplicant.answer(command, now)
      }
    }
    #expect(script.milliseconds == seconds * 1000)
    guard case .failed(let failure)? = result else { Issue.record("\(String(describing: result))"); return }
    #expect([.noAnswer, .networkNotFound, .timeout].contains(failure.reason), "\(failure)")
    if seconds == 30 {
      #expect(result == Self.failed(.associate, .networkNotFound))
      #expect(supplicant.terminatedAt.map { 15_000...15_010 ~= $0 } == true)
    }
  }

  @Test func theRadioIsOff() {
    var supplicant = HealthySupplicant(comesBack: false)
    var script = ScriptedSupplicant(.restart(WifiRestart.Options(total: .seconds(10), respawned: false)))
    let result = script.run { command, now in
      command == .status && supplicant.leftAt != nil
        ? [(1, .say("wpa_state=INTERFACE_DISABLED\n"))] : supplicant.answer(command, now)
    }
    #expect(result == Self.failed(.associate, .radioDisabled))
    #expect(
      text(WifiError(step: .associate, reason: .radioDisabled).failure.reason)
        == "step_failed: associate: the radio is switched off")
  }

  @Test func theConfigurationThatWasReadAgainHoldsNoNetwork() {
    var supplicant = HealthySupplicant(comesBack: false)
    var script = ScriptedSupplicant(.restart(WifiRestart.Options(total: .seconds(10), respawned: false)))
    let result = script.run { command, now in
      command == .status && supplicant.leftAt != nil
        ? [(1, .say("wpa_state=INACTIVE\n"))] : supplicant.answer(command, now)
    }
    #expect(result == Self.failed(.associate, .noNetwork))
  }

  @Test func hostileReplies() {
    let garbage: [[UInt8]] = [
      [], [0], [0xff, 0xfe, 0xc0], Array(repeating: 0x41, count: 100_000), bytes("wpa_state=COMPL"), bytes("OK"),
      bytes("<3>"), bytes("<>"), bytes("wpa_state=\u{0}COMPLETED\n"), bytes(String(repeating: "=\n", count: 4000)),
    ]
    var turn = 0
    var script = ScriptedSupplicant(Self.plan)
    let result = script.run { _, _ in
      turn += 1
      return [(1, .bytes(garbage[turn % garbage.count])), (1, .bytes(garbage[(turn + 3) % garbage.count]))]
    }
    guard case .failed? = result else { Issue.record("\(String(describing: result))"); return }
  }

  @Test func aFloodOfEventsNeitherHelpsNorHarms() {
    var supplicant = HealthySupplicant()
    var script = ScriptedSupplicant(Self.plan)
    let result = script.run { command, now in
      supplicant.answer(command, now) + (0..<200).map { ($0, .say("<3>CTRL-EVENT-BSS-ADDED \($0) x")) }
        // Said before the reply to RECONFIGURE: about the old association.
        + (command == .reconfigure ? [(0, .say(connectedEvent))] : [])
    }
    guard case .restarted(let success)? = result else { Issue.record("\(String(describing: result))"); return }
    #expect(success.took >= .milliseconds(800))
  }
}
