import Admin
import ETF
import PeerNet
import Testing

@Suite struct ProcedureNames {
  @Test func everyNameLeadsBack() {
    let names = Procedure.allCases.map { text([UInt8]($0.name)) }
    #expect(
      names == [
        "agent.once", "agent.whoami", "gpio.list", "gpio.read", "gpio.write", "system.info", "system.poweroff",
        "system.reboot",
        "wifi.restart", "wifi.scan", "wifi.status",
      ])
    for procedure in Procedure.allCases { #expect(Procedure(name: [UInt8](procedure.name)) == procedure) }
  }

  @Test(arguments: ["", "wifi", "wifi.", "wifi.restarts", "wifi.restar", "Wifi.restart", "wifi.restart "])
  func otherNamesAreNone(_ name: String) { #expect(Procedure(name: bytes(name)) == nil) }

  @Test(arguments: ["Elixir.Wifi", "wifi", "Wifi", "Elixir.WIFI"])
  func modulesOfElixirAndErlang(_ module: String) {
    #expect(Procedure(module: bytes(module), function: bytes("restart")) == .wifiRestart)
  }

  @Test func noOtherModuleIsReached() {
    #expect(Procedure(module: bytes("os"), function: bytes("cmd")) == nil)
    #expect(Procedure(module: bytes("Elixir.Elixir.Wifi"), function: bytes("restart")) == nil)
    #expect(Procedure(module: bytes("wifi"), function: bytes("Restart")) == nil)
  }
}

@Suite struct PlanArguments {
  typealias Case = (Procedure, Plan.ArgumentForm, Plan)

  @Test(
    arguments: [
      (.wifiRestart, .handle(map()), .wifiRestart(timeout: .seconds(30))),
      (.wifiRestart, .handle(atom("nil")), .wifiRestart(timeout: .seconds(30))),
      (.wifiRestart, .handle(.list([])), .wifiRestart(timeout: .seconds(30))),
      (.wifiRestart, .handle(map((binary("timeout"), 12))), .wifiRestart(timeout: .seconds(12))),
      (.wifiRestart, .handle(map((atom("timeout"), 12))), .wifiRestart(timeout: .seconds(12))),
      (.wifiRestart, .handle(map((atom("timeout"), atom("nil")))), .wifiRestart(timeout: .seconds(30))),
      (.wifiRestart, .list(.list([])), .wifiRestart(timeout: .seconds(30))),
      (.wifiRestart, .list(.list([map((binary("timeout"), 12))])), .wifiRestart(timeout: .seconds(12))),
      // [20] is a string to OTP.
      (.wifiRestart, .list(.string([20])), .wifiRestart(timeout: .seconds(20))),
      (
        .systemReboot, .list(.list([3600, atom("true")])),
        .power(PowerPlan(.reboot, delay: .seconds(3600), isDryRun: true))
      ),
      (.systemPowerOff, .handle(map()), .power(PowerPlan(.powerOff, delay: .seconds(1)))),
      (.systemPowerOff, .handle(map((binary("dry_run"), 1))), .power(PowerPlan(.powerOff, isDryRun: true))),
      (.gpioRead, .handle(map()), .gpioRead([])),
      (.gpioRead, .list(.list([binary("door")])), .gpioRead([bytes("door")])),
      (
        .gpioRead, .handle(map((binary("lines"), .list([atom("a"), .string(bytes("b"))])))),
        .gpioRead([bytes("a"), bytes("b")])
      ),
      (.gpioWrite, .list(.list([binary("pump"), 1])), .gpioWrite([LineLevel(label: bytes("pump"), isActive: true)])),
      (
        .gpioWrite, .handle(map((binary("values"), map((binary("pump"), atom("false")), (atom("led"), 1))))),
        .gpioWrite([LineLevel(label: bytes("pump"), isActive: false), LineLevel(label: bytes("led"), isActive: true)])
      ),
      (.agentWhoAmI, .list(.list([])), .whoAmI),
    ] as [Case])
  func understood(_ procedure: Procedure, _ form: Plan.ArgumentForm, _ plan: Plan) throws {
    #expect(try Plan(procedure, form) == plan)
  }

  @Test(
    arguments: [
      (.wifiRestart, .handle(5), .notAMap), (.wifiRestart, .handle(.string([20])), .notAMap),
      (.wifiRestart, .list(map()), .notAList), (.wifiRestart, .list(.improperList([1], tail: 2)), .notAList),
      (.wifiRestart, .list(.string([20, 20])), .tooMany), (.wifiStatus, .list(.string([1])), .tooMany),
      (.wifiRestart, .handle(map((binary("timeout"), 4))), .unfit(.timeout)),
      (.wifiRestart, .handle(map((binary("timeout"), 301))), .unfit(.timeout)),
      (.wifiRestart, .handle(map((binary("timeout"), .float(30)))), .unfit(.timeout)),
      (.wifiRestart, .handle(map((binary("timeout"), 9), (atom("timeout"), 9))), .duplicate(.timeout)),
      (.wifiStatus, .handle(map((binary("timeout"), 9))), .unknownKey),
      (.wifiRestart, .handle(map((7, 9))), .unknownKey),
      (.systemReboot, .handle(map((binary("delay"), -1))), .unfit(.delay)),
      (.systemReboot, .handle(map((binary("delay"), .integer(.max)))), .unfit(.delay)),
      (.systemReboot, .handle(map((binary("dry_run"), binary("yes")))), .unfit(.dryRun)),
      (.gpioWrite, .handle(map()), .missing(.line)),
      (.gpioWrite, .handle(map((binary("line"), binary("a")))), .missing(.value)),
      (.gpioWrite, .list(.list([binary("pump"), 2])), .unfit(.value)),
      (.gpioWrite, .handle(map((binary("values"), map()))), .unfit(.values)),
      (.gpioWrite, .handle(map((binary("values"), map((binary("a"), 1), (atom("a"), 0))))), .unfit(.values)),
      (
        .gpioWrite, .handle(map((binary("values"), map((binary("a"), 1))), (binary("line"), binary("b")))),
        .conflict(.line)
      ),
      (.gpioRead, .handle(map((binary("lines"), .list([binary("")])))), .unfit(.lines)),
      (.gpioRead, .handle(map((binary("lines"), .list(Array(repeating: binary("a"), count: 2))))), .unfit(.lines)),
      (.gpioRead, .handle(map((binary("lines"), .list((0..<257).map { binary("l\($0)") })))), .unfit(.lines)),
      (.gpioRead, .handle(map((binary("lines"), binary(String(repeating: "x", count: 65))))), .unfit(.lines)),
    ] as [(Procedure, Plan.ArgumentForm, ArgumentError)])
  func refused(_ procedure: Procedure, _ form: Plan.ArgumentForm, _ error: ArgumentError) {
    #expect(throws: Refusal.badArgument(error)) { try Plan(procedure, form) }
    #expect(error.reason.starts(with: "bad_argument: ".utf8))
  }

  @Test func reasonsSayWhatIsExpected() {
    #expect(text(ArgumentError.unfit(.delay).reason) == "bad_argument: delay is a whole number of seconds, 0 to 3600")
    #expect(text(ArgumentError.missing(.line).reason) == "bad_argument: missing line")
    #expect(text(ArgumentError.conflict(.value).reason) == "bad_argument: give values alone, without value")
  }
}

extension Procedure {
  fileprivate func allows(_ plan: Plan, _ grants: Grants) -> Bool { permission(of: grants).covers(plan.boundValues) }
}

@Suite struct Policy {
  static let writePump = Plan.gpioWrite([LineLevel(label: bytes("pump"), isActive: true)])

  @Test func nothingWithoutAGrant() {
    let plans: [(Procedure, Plan)] = [
      (.wifiStatus, .wifiStatus), (.systemInfo, .systemInfo), (.gpioList, .gpioList), (.gpioRead, .gpioRead([])),
      (.gpioWrite, Policy.writePump), (.systemReboot, .power(PowerPlan(.reboot))),
    ]
    for (procedure, plan) in plans {
      #expect(!procedure.allows(plan, .none))
      #expect(procedure.allows(plan, .everything))
    }
    #expect(Procedure.agentWhoAmI.allows(.whoAmI, .none))
    // It has no plan of its own: what it names is granted or not.
    #expect(Procedure.agentOnce.permission(of: .everything) == .none)
  }

  @Test func aGrantOfOneLineIsHeldAgainstEachArgument() {
    let grants = grants("gpio.write:pump,gpio.read:door")
    #expect(Procedure.gpioWrite.allows(Policy.writePump, grants))
    #expect(!Procedure.gpioWrite.allows(.gpioWrite([LineLevel(label: bytes("led"), isActive: true)]), grants))
    let both = Plan.gpioWrite([
      LineLevel(label: bytes("pump"), isActive: true), LineLevel(label: bytes("led"), isActive: true),
    ])
    #expect(both.boundValues == [bytes("pump"), bytes("led")])
    #expect(!Procedure.gpioWrite.allows(both, grants))
    #expect(Procedure.gpioRead.allows(.gpioRead([bytes("door")]), grants))
    // All lines are more than the one.
    #expect(!Procedure.gpioRead.allows(.gpioRead([]), grants))
  }

  @Test func admission() throws {
    let form = Plan.ArgumentForm.handle(map((binary("timeout"), 1)))
    // Who may not call learns nothing about arguments.
    #expect(throws: Refusal.forbidden) {
      try Plan.admit(.wifiRestart, form, Procedure.wifiRestart.permission(of: grants("wifi.status")))
    }
    #expect(throws: Refusal.badArgument(.unfit(.timeout))) {
      try Plan.admit(.wifiRestart, form, Procedure.wifiRestart.permission(of: grants("wifi.*")))
    }
    #expect(throws: Refusal.unknownProcedure) {
      try Plan.admit(module: bytes("os"), function: bytes("cmd"), arguments: .list([]), grants: .everything)
    }
    #expect(
      try Plan.admit(
        module: bytes("Elixir.Gpio"), function: bytes("write"), arguments: .list([binary("pump"), 1]),
        grants: grants("gpio.write:pump")) == Policy.writePump)
    #expect(throws: Refusal.forbidden) {
      try Plan.admit(
        .gpioWrite, .list(.list([binary("led"), 1])), Procedure.gpioWrite.permission(of: grants("gpio.write:pump")))
    }
    #expect(Refusal.forbidden.reason == atom("forbidden"))
    #expect(Refusal.badArgument(.tooMany).reason == binary("bad_argument: too many arguments"))
    #expect(Refusal.unknownProcedure.reason == binary("unknown_procedure: this board has no such procedure"))
  }
}

@Suite struct PowerPlans {
  @Test func stepsUnderEachInit() {
    let plan = PowerPlan(.reboot, delay: .seconds(5))
    #expect(
      plan.steps(under: .systemd) == [
        .answer, .wait(.seconds(5)), .sync, .signalInit(.rebootTarget), .wait(.seconds(120)), .sync, .force(.reboot),
      ])
    #expect(
      plan.steps(under: .other) == [
        .answer, .wait(.seconds(5)), .sync, .signalInit(.terminate), .signalInit(.interrupt), .wait(.seconds(15)),
        .sync,
        .force(.reboot),
      ])
    #expect(plan.steps(under: .simulated) == [.answer, .wait(.seconds(5)), .force(.reboot)])
    #expect(PowerPlan(.powerOff).steps(under: .systemd)[3] == .signalInit(.powerOffTarget))
  }

  @Test func theAnswerTellsTheSteps() {
    let steps = ["answer", "wait 1 s", "sync", "signal init 38", "wait 120 s", "sync", "force poweroff"]
    let expected = map(
      (binary("action"), binary("poweroff")), (binary("delay"), 1), (binary("dry_run"), atom("true")),
      (binary("init"), binary("systemd")), (binary("steps"), .list(steps.map { binary($0) })))
    #expect(PowerPlan(.powerOff, isDryRun: true).answer(under: .systemd) == expected)
  }
}

@Suite struct WhoAmI {
  @Test func tellsWhatTheCallerMay() {
    let caller = Caller(
      label: bytes("laptop"), key: bytes("K"), fingerprint: bytes("f"), grants: grants("wifi.*,gpio.write:pump"),
      wire: .two)
    let procedures = ["agent.whoami", "gpio.write", "wifi.restart", "wifi.scan", "wifi.status"]
    let expected = map(
      (binary("label"), binary("laptop")), (binary("key"), binary("K")), (binary("fingerprint"), binary("f")),
      (binary("wire"), 2), (binary("grants"), .list([binary("wifi.*"), binary("gpio.write:pump")])),
      (binary("procedures"), .list(procedures.map { binary($0) })))
    #expect(caller.whoAmI == expected)
  }
}
