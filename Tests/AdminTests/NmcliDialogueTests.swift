import ETF
import PeerNet
import Seeds
import Testing

@testable import Admin

@Suite struct NmcliDialogueTests {
  static let connection = ConnectionIdentifier(bytes(NmcliRecordings.connection))!
  static func restart(_ seconds: Int64 = 60) -> WifiDialogue.Plan {
    .restart(WifiRestart.Options(total: .seconds(seconds)))
  }

  /// The commands without their time limits.
  static func names(_ script: ScriptedNmcli) -> [String] {
    script.commands.map { command in
      switch command {
      case .device: "device"
      case .radio: "radio"
      case .networks: "networks"
      case .scan: "scan"
      case .activate(connection, _): "activate"
      case .activate: "activate another"
      case .connect: "connect"
      case .switchOff: "off"
      case .switchOn: "on"
      }
    }
  }

  @Test func status() {
    var manager = HealthyManager()
    var script = ScriptedNmcli(.status)
    script.run { command, _ in manager.answer(command) }
    guard case .status(let status)? = script.result else { Issue.record(); return }
    #expect(Self.names(script) == ["device", "networks"])
    let expected = map(
      (binary("interface"), binary("wlan0")), (binary("state"), binary("completed")),
      (binary("ssid"), binary("greenhouse")), (binary("bssid"), binary("22:46:25:e7:5f:5d")), (binary("freq"), 2437),
      (binary("rssi"), -30), (binary("ip"), binary("192.0.2.14")))
    let now = Instant(nanoseconds: 0)
    #expect(status.answer(interface: bytes("wlan0"), lastRestart: nil, step: nil, now: now) == expected)
  }

  @Test(arguments: [(20, .interfaceDisabled), (30, .disconnected)] as [(Int, WifiState)])
  func statusWithoutALinkTellsOfNone(_ number: Int, _ state: WifiState) {
    var manager = HealthyManager(state: number)
    var script = ScriptedNmcli(.status)
    script.run { command, _ in manager.answer(command) }
    guard case .status(let status)? = script.result else { Issue.record(); return }
    #expect(status.state == state && status.ssid == nil && status.address == nil)
    #expect(script.commands == [.device])
  }

  @Test func statusTellsWhatItKnowsWhenTheListIsNotToBeHad() {
    var manager = HealthyManager()
    let answers: [(Int64, NmcliOutcome)] = [
      (9_999, done(NmcliRecordings.networks)), (1, ended(1, "x")), (1, done("garbage\n")),
    ]
    for bad in answers {
      var script = ScriptedNmcli(.status)
      script.run { command, _ in command == .networks ? bad : manager.answer(command) }
      guard case .status(let status)? = script.result else { Issue.record(); return }
      #expect(status.state == .completed && status.address == bytes("192.0.2.14") && status.ssid == nil)
      #expect(script.milliseconds <= 10_000)
    }
  }

  @Test(
    arguments: [
      (NmcliOutcome(.absent), .managerAbsent), (ended(8, NmcliRecordings.notRunning), .managerAbsent),
      (ended(10, "Error: Device 'wlan0' not found.\n"), .managerAbsent), (NmcliOutcome(.timedOut), .managerSilent),
      (ended(1, "Error: Could not create NMClient object: Could not connect: Connection refused.\n"), .managerAbsent),
      (ended(-1), .managerAbsent), (done(NmcliRecordings.dummy), .managerAbsent), (done(""), .managerAbsent),
      (done(NmcliRecordings.loopback), .managerAbsent),
    ] as [(NmcliOutcome, WifiError.Reason)])
  func whatIsNotNetworkManagersIsDeclinedUntouched(_ outcome: NmcliOutcome, _ reason: WifiError.Reason) {
    for plan in [WifiDialogue.Plan.status, .scan, Self.restart()] {
      var script = ScriptedNmcli(plan)
      script.run { _, _ in (1, outcome) }
      #expect(script.declined == reason && script.result == nil)
      #expect(script.commands == [.device])
    }
  }

  @Test func oneThatHangsLeavesTimeForTheSupplicant() {
    for total in [5, 30] as [Int64] {
      var script = ScriptedNmcli(Self.restart(total))
      script.run { _, _ in (99_999, done()) }
      #expect(script.declined == .managerSilent)
      #expect(script.milliseconds == min(5_000, total * 1_000 - 2_000))
    }
  }

  @Test func scan() {
    var manager = HealthyManager()
    var script = ScriptedNmcli(.scan)
    script.run { command, _ in manager.answer(command) }
    guard case .scan(let list)? = script.result else { Issue.record(); return }
    #expect(list.entries.map(\.ssid) == [bytes("greenhouse"), NmcliTextTests.hostileName])
    #expect(script.commands == [.device, .scan])
  }

  @Test(
    arguments: [
      (1, ended(1, "Error: not authorized"), .notAuthorized), (1, ended(1, "Error: x"), .managerRefused),
      (99_999, done(NmcliRecordings.networks), .managerSilent), (1, ended(8), .managerAbsent),
    ] as [(Int64, NmcliOutcome, WifiError.Reason)])
  func scanFailures(_ takes: Int64, _ outcome: NmcliOutcome, _ reason: WifiError.Reason) {
    var manager = HealthyManager()
    var script = ScriptedNmcli(.scan)
    script.run { command, _ in command == .scan ? (takes, outcome) : manager.answer(command) }
    #expect(script.result == WifiRestartTests.failed(.scan, reason))
    #expect(script.milliseconds < 20_000)
  }

  @Test(arguments: [(false, .radioDisabled), (true, .notReady)] as [(Bool, WifiError.Reason)])
  func aRadioThatIsNotThereFindsNothing(_ isOn: Bool, _ reason: WifiError.Reason) {
    var manager = HealthyManager(state: 20, isOn: isOn)
    var script = ScriptedNmcli(.scan)
    script.run { command, _ in manager.answer(command) }
    #expect(script.result == WifiRestartTests.failed(.scan, reason))
  }

  @Test func theSoftWay() {
    var manager = HealthyManager()
    var script = ScriptedNmcli(Self.restart(30))
    script.run { command, _ in manager.answer(command) }
    guard case .restarted(let success)? = script.result else { Issue.record(); return }
    #expect(script.commands == [.device, .activate(Self.connection, wait: 26), .device, .networks])
    #expect(script.steps.dropLast() == [.activate, .activate, .activate])
    #expect(success.way == .activate && success.took == .milliseconds(5_900))
    #expect(success.status.ssid == bytes("greenhouse") && success.status.address == bytes("192.0.2.14"))
    #expect(success.status.state == .completed && success.status.signal == nil)
  }

  @Test func withoutAConnectionWhicheverFits() {
    var manager = HealthyManager(state: 30)
    var script = ScriptedNmcli(Self.restart(30))
    script.run { command, _ in manager.answer(command) }
    guard case .restarted(let success)? = script.result else { Issue.record(); return }
    #expect(success.way == .connect)
    #expect(Self.names(script) == ["device", "connect", "device", "networks"])
  }

  @Test func whatFailedIsFollowedByWhateverFitsAndThenByTheRadio() {
    var manager = HealthyManager(activation: ended(4, "Error: Connection activation failed: Unknown error\n"))
    var script = ScriptedNmcli(Self.restart())
    script.run { command, _ in
      if command == .switchOn { manager.activation = done() }
      return manager.answer(command)
    }
    guard case .restarted(let success)? = script.result else { Issue.record(); return }
    #expect(success.way == .radio)
    #expect(
      Self.names(script) == [
        "device", "activate", "connect", "off", "on", "device", "activate", "device", "networks",
      ])
  }

  @Test func theFirstFailureIsTheOneThatIsTold() {
    var manager = HealthyManager(activation: ended(4, NmcliRecordings.nothingFits))
    var script = ScriptedNmcli(Self.restart())
    script.run { command, _ in
      if case .activate = command, manager.isOn {
        manager.state = 30
        return (5_000, ended(4, "Error: Connection activation failed: 802.1X supplicant disconnected\n"))
      }
      return manager.answer(command)
    }
    #expect(script.result == WifiRestartTests.failed(.activate, .notAssociated))
    #expect(manager.isOn)
  }

  @Test(
    arguments: [
      (NmcliRecordings.notFound, .networkNotFound), (NmcliRecordings.noSecrets, .wrongKey),
    ] as [(String, WifiError.Reason)])
  func theRadioIsNotToBlameForTheNetwork(_ errors: String, _ reason: WifiError.Reason) {
    var manager = HealthyManager(activation: ended(4, errors))
    var script = ScriptedNmcli(Self.restart(300))
    script.run { command, _ in manager.answer(command) }
    #expect(script.result == WifiRestartTests.failed(.activate, reason))
    #expect(Self.names(script) == ["device", "activate", "connect"])
  }

  @Test func withoutTheRightNothingElseIsTried() {
    var manager = HealthyManager(activation: ended(4, NmcliRecordings.notAuthorized))
    var script = ScriptedNmcli(Self.restart(300))
    script.run { command, _ in manager.answer(command) }
    #expect(script.result == WifiRestartTests.failed(.activate, .notAuthorized))
    #expect(Self.names(script) == ["device", "activate"])
  }

  @Test func aRadioThatWasSwitchedOffStaysSo() {
    var manager = HealthyManager(isOn: false)
    var script = ScriptedNmcli(Self.restart())
    script.run { command, _ in manager.answer(command) }
    #expect(script.result == WifiRestartTests.failed(.radio, .radioDisabled))
    #expect(script.commands == [.device, .radio])
  }

  @Test func aRadioThatIsNotReadyIsSwitched() {
    var manager = HealthyManager(state: 20)
    var script = ScriptedNmcli(Self.restart())
    script.run { command, _ in manager.answer(command) }
    guard case .restarted(let success)? = script.result else { Issue.record(); return }
    #expect(success.way == .radio)
    #expect(Self.names(script) == ["device", "radio", "off", "on", "device", "connect", "device", "networks"])
  }

  @Test func withoutTimeForItTheRadioStaysOn() {
    var manager = HealthyManager(activation: ended(4, "x"))
    var script = ScriptedNmcli(Self.restart(20))
    script.run { command, _ in manager.answer(command) }
    #expect(!script.commands.contains(.switchOff))
    #expect(script.result == WifiRestartTests.failed(.activate, .managerRefused))
  }

  @Test func oneThatCannotBeSwitchedOffIsNotSwitchedOn() {
    var manager = HealthyManager(activation: ended(4, "x"))
    var script = ScriptedNmcli(Self.restart())
    script.run { command, _ in command == .switchOff ? (1, ended(1, "x")) : manager.answer(command) }
    #expect(!script.commands.contains(.switchOn))
    #expect(script.result == WifiRestartTests.failed(.activate, .managerRefused))
  }

  @Test func switchingOnIsRepeatedAndItsFailureTold() {
    var manager = HealthyManager(activation: ended(4, "x"))
    var script = ScriptedNmcli(Self.restart())
    script.run { command, _ in command == .switchOn ? (100, ended(1, "x")) : manager.answer(command) }
    #expect(script.commands.filter { $0 == .switchOn }.count > 20)
    #expect(script.result == WifiRestartTests.failed(.radio, .managerRefused))
    #expect(script.milliseconds <= 60_000)
  }

  @Test func aSlowNetworkIsWaitedForToTheEnd() {
    // nmcli gave up at the end of its time; NetworkManager did not, and is through a moment later.
    var manager = HealthyManager()
    var script = ScriptedNmcli(Self.restart(30))
    script.run { command, now in
      if case .activate = command { return (26_000, ended(3, "Error: Timeout expired (26 seconds)")) }
      manager.state = now > 27_000 ? 100 : 50
      return manager.answer(command)
    }
    // The first answer, before the restart, told of state 50.
    guard case .restarted(let success)? = script.result else { Issue.record(); return }
    #expect(success.way == .activate)
  }

  @Test func whatIsNotBackInTimeHasFailedAndIsLeftTrying() {
    var manager = HealthyManager()
    var script = ScriptedNmcli(Self.restart(30))
    script.run { command, _ in
      if case .activate = command {
        manager.state = 50
        return (999_999, done())
      }
      return manager.answer(command)
    }
    #expect(script.result == WifiRestartTests.failed(.activate, .timeout))
    #expect(Self.names(script) == ["device", "activate", "device"])
    #expect(script.milliseconds <= 30_000)
  }

  @Test func successIsWhatNetworkManagerSaysAfterwards() {
    // nmcli says that it is up; the interface is not.
    var manager = HealthyManager()
    var script = ScriptedNmcli(Self.restart())
    script.run { command, now in
      if case .device = command, now > 0 { return (300, done(NmcliRecordings.disconnected)) }
      return manager.answer(command)
    }
    guard case .failed(let failure)? = script.result else { Issue.record(); return }
    #expect(failure.step == .activate && failure.reason == .timeout)
  }

  @Test func theAddressIsWaitedFor() {
    for isBack in [true, false] {
      var manager = HealthyManager()
      var script = ScriptedNmcli(Self.restart(30))
      script.run { command, now in
        if case .device = command, now > 0, !isBack || now < 12_000 {
          return (300, done("GENERAL.TYPE:wifi\nGENERAL.STATE:100 (connected)\n"))
        }
        return manager.answer(command)
      }
      if isBack {
        guard case .restarted(let success)? = script.result else { Issue.record(); return }
        #expect(success.took > .seconds(12) && success.status.address == bytes("192.0.2.14"))
      } else {
        #expect(script.result == WifiRestartTests.failed(.address, .noAddress))
        #expect(!script.commands.contains(.switchOff))
      }
    }
  }

  /// Whatever NetworkManager does: one result, in time, and the radio never left off without a word of it.
  @Test func alwaysOneResultInTime() {
    let outputs = [
      "", NmcliRecordings.connected, NmcliRecordings.connecting, NmcliRecordings.disconnected,
      NmcliRecordings.unavailable, NmcliRecordings.networks, NmcliRecordings.switchedOn, NmcliRecordings.switchedOff,
      "GENERAL.TYPE:wifi\nGENERAL.STATE:100\n",
    ]
    let errors = ["", NmcliRecordings.notFound, NmcliRecordings.noSecrets, NmcliRecordings.notAuthorized, "x"]
    var kinds: Set<String> = []
    for seed in 0..<6_000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let total = ([5, 8, 30, 60, 300] as [Int64]).randomElement(using: &random)!
      let (plan, limit): (WifiDialogue.Plan, Int64) =
        switch Int.random(in: 0..<6, using: &random) {
        case 0: (.status, 10_000)
        case 1: (.scan, 23_000)
        default: (Self.restart(total), total * 1_000)
        }
      let health = Int.random(in: 0..<100, using: &random)
      var manager = HealthyManager()
      var isOn = true
      var script = ScriptedNmcli(plan)
      script.run { command, _ in
        var (takes, outcome) = manager.answer(command)
        if Int.random(in: 0..<100, using: &random) >= health {
          takes = Int64.random(in: 0..<40_000, using: &random) / [1, 100].randomElement(using: &random)!
          outcome =
            switch Int.random(in: 0..<4, using: &random) {
            case 0: NmcliOutcome(.absent)
            case 1: ended(Int32.random(in: -1..<11, using: &random), errors.randomElement(using: &random)!)
            default: done(outputs.randomElement(using: &random)!)
            }
        }
        let isKilled = takes > 4_000
        if command == .switchOff, outcome.isDone || outcome.isTimeout || isKilled { isOn = false }
        if command == .switchOn, outcome.isDone, !isKilled { isOn = true }
        return (takes, outcome)
      }
      #expect((script.result == nil) != (script.declined == nil), "seed \(seed)")
      #expect(script.milliseconds <= limit, "seed \(seed)")
      #expect(script.commands.count < 2 * limit / 1_000 + 20, "seed \(seed)")
      switch script.result {
      case .restarted: kinds.insert("restarted")
      case .scan: kinds.insert("scan")
      case .status: kinds.insert("status")
      case .failed(let failure):
        kinds.insert("failed")
        if !isOn { #expect(failure.step == .radio, "seed \(seed)") }
      case nil: kinds.insert("declined")
      }
      #expect(script.commands.last != .switchOff || isOn, "seed \(seed)")
    }
    #expect(kinds.count == 5)
  }
}
