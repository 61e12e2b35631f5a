import Admin
import ETF
import Hardware
import PeerNet
import Testing

@Suite struct SimulatedBoardTests {
  let clock = VirtualClock()
  let powered = Powered()
  let board: SimulatedBoard

  final class Powered {
    var actions: [PowerPlan.Action] = []
  }

  init() {
    let powered = powered
    board = SimulatedBoard(agent: bytes("1.2.3"), clock: clock) { powered.actions.append($0) }
  }

  /// A descriptor says which keys its procedure answers with.
  @Test(arguments: Procedure.allCases.filter { !$0.descriptor.runsAnother }) func theAnswerHasTheKeysThatAreDocumented(
    _ procedure: Procedure
  ) throws {
    let argument = MapPair(binary("values"), .map([MapPair(binary("pump"), 1)]))
    let call = Call(board, try Plan(procedure, .handle(.map(procedure == .gpioWrite ? [argument] : []))))
    clock.advance(.seconds(60))
    let pairs = try #require(call.value?.pairs, "it failed: \(call.reason ?? "without an answer")")
    let keys = pairs.map { Call.plain($0.key) }
    let documented = "\(procedure.descriptor.answer)".split(separator: " ").map(String.init)
    for key in keys { #expect(documented.contains(key) || documented.contains(key + "?"), "\(key)") }
    for key in documented where !key.hasSuffix("?") { #expect(keys.contains(key), "\(key)") }
  }

  @Test func linesMoveByThemselvesAndOutputsKeepWhatIsWritten() {
    var seen: Set<String> = []
    for _ in 0..<10 {
      let call = Call(board, .gpioRead([bytes("button")]))
      seen.insert(call.value?[binaryKey: "values"]?[binaryKey: "button"].map(Call.plain) ?? "none")
      clock.advance(.seconds(1))
    }
    #expect(seen == ["0", "1"])

    let write = Call(board, .gpioWrite([LineLevel(label: bytes("pump"), isActive: true)]))
    #expect(write.value == .map([MapPair(binary("values"), .map([MapPair(binary("pump"), 1)]))]))
    let all = Call(board, .gpioRead([])).value?[binaryKey: "values"]?.pairs
    #expect(all?.map { Call.plain($0.key) } == ["button", "door", "relay", "pump", "led"])
    #expect(all?[3].value == 1)
    #expect(all?[2].value == 0)
  }

  @Test func linesThatAreNotListedOrNoOutputsAreRefused() {
    #expect(Call(board, .gpioRead([bytes("GPIO17")])).reason == "refused: the board profile lists no line GPIO17")
    let levels = ["led", "door"].map { LineLevel(label: bytes($0), isActive: true) }
    #expect(
      Call(board, .gpioWrite(levels)).reason == "refused: the board profile makes no output of line door")
    // Nothing is set unless all can be.
    #expect(Call(board, .gpioRead([bytes("led")])).value?[binaryKey: "values"]?[binaryKey: "led"] == 0)
  }

  @Test func theListIsTheProfile() {
    let lines = Call(board, .gpioList).value?[binaryKey: "lines"]?.listElements ?? []
    #expect(lines.map { $0[binaryKey: "label"].map(Call.plain) } == ["button", "door", "relay", "pump", "led"])
    #expect(
      lines.map { $0[binaryKey: "direction"].map(Call.plain) } == ["input", "input", "output", "output", "output"])
  }

  @Test func wifiRestartGoesThroughTheSamePlan() {
    let call = Call(board, .wifiRestart(timeout: .seconds(30)))
    #expect(call.outcome == nil)
    clock.advance(.milliseconds(200))
    let during = Call(board, .wifiStatus)
    clock.advance(.milliseconds(50))
    #expect(during["state"] == "scanning")
    let running = during.value?[binaryKey: "last_restart"]
    #expect(running?[binaryKey: "outcome"].map(Call.plain) == "running")
    #expect(running?[binaryKey: "step"].map(Call.plain) == "associate")

    clock.advance(.seconds(5))
    #expect(call.outcomes.count == 1)
    #expect(call["way"] == "reconfigure")
    #expect(call["ssid"] == "simulated")
    #expect(call["joined"] == "false")
    let took = Int(call["took_ms"] ?? "") ?? 0
    #expect((700...720).contains(took))

    clock.advance(.seconds(100))
    let after = Call(board, .wifiStatus)
    clock.advance(.milliseconds(50))
    #expect(after["state"] == "completed")
    #expect(after["rssi"] == "-52")
    let last = after.value?[binaryKey: "last_restart"]
    #expect(last?[binaryKey: "outcome"].map(Call.plain) == "ok")
    #expect(last?[binaryKey: "at"] == 1_700_000_000)
    #expect(last?[binaryKey: "ago"] == 105)
    #expect(last?[binaryKey: "by"].map(Call.plain) == "0123456789abcdef")
  }

  @Test func aSecondCallerJoins() {
    let calls = (0..<16).map { _ in Call(board, .wifiRestart(timeout: .seconds(30))) }
    clock.advance(.milliseconds(300))
    let tooMany = Call(board, .wifiRestart(timeout: .seconds(30)))
    #expect(tooMany.reason == "busy: too many callers wait for this already")
    clock.advance(.seconds(5))
    #expect(calls.allSatisfy { $0.outcomes.count == 1 && $0["way"] == "reconfigure" })
    #expect(calls.map { $0["joined"] } == ["false"] + Array(repeating: "true", count: 15))
    // The next is a restart of its own.
    let next = Call(board, .wifiRestart(timeout: .seconds(30)))
    clock.advance(.seconds(5))
    #expect(next["joined"] == "false")
  }

  /// Who only waited goes with its connection and leaves its place; who began it, and who waits at no connection, is told.
  @Test func whoHasGoneWaitsForNothing() {
    let plan = Plan.wifiRestart(timeout: .seconds(30))
    let first = Call(board, plan, for: .laptop(at: 1))
    let joined = (0..<15).map { _ in Call(board, plan, for: .laptop(at: 1)) }
    let lasting = (0..<40).map { _ in Call(board, plan, for: .laptop(at: nil)) }
    #expect(Call(board, plan, for: .laptop(at: 2)).reason == "busy: too many callers wait for this already")
    board.letGo(of: ConnectionID(1))
    #expect(joined.allSatisfy { $0.reason == "unavailable: its connection ended while it waited" })
    #expect(first.outcomes.isEmpty && lasting.allSatisfy { $0.outcomes.isEmpty })
    let again = (0..<15).map { _ in Call(board, plan, for: .laptop(at: 2)) }
    #expect(again.allSatisfy { $0.outcomes.isEmpty })
    clock.advance(.seconds(5))
    let told = lasting + again
    #expect(first["joined"] == "false" && told.allSatisfy { $0.outcomes.count == 1 && $0["joined"] == "true" })
    #expect(joined.allSatisfy { $0.outcomes.count == 1 })
  }

  @Test func scan() {
    let calls = [Call(board, .wifiScan), Call(board, .wifiScan)]
    clock.advance(.seconds(1))
    for call in calls {
      let networks = call.value?[binaryKey: "networks"]?.listElements ?? []
      #expect(networks.map { $0[binaryKey: "ssid"].map(Call.plain) } == ["simulated", "guests"])
      #expect(networks.map { $0[binaryKey: "security"].map(Call.plain) } == ["wpa2", "open"])
    }
  }

  @Test func rebootAnswersFirstAndEndsTheProcessAfterItsDelay() {
    let call = Call(board, .power(PowerPlan(.reboot, delay: .seconds(5))))
    #expect(call["action"] == "reboot")
    #expect(call["init"] == "simulated")
    #expect(powered.actions.isEmpty)
    #expect(Call(board, .power(PowerPlan(.powerOff))).reason == "busy: reboot is under way already")
    clock.advance(.milliseconds(4_999))
    #expect(powered.actions.isEmpty)
    clock.advance(.milliseconds(1))
    #expect(powered.actions == [.reboot])
  }

  @Test func evenWithoutDelayTheAnswerComesFirst() {
    _ = Call(board, .power(PowerPlan(.powerOff, delay: .zero)))
    #expect(powered.actions.isEmpty)
    clock.step()
    #expect(powered.actions == [.powerOff])
  }

  @Test func aDryRunDoesNothing() {
    let call = Call(board, .power(PowerPlan(.reboot, delay: .zero, isDryRun: true)))
    #expect(call["dry_run"] == "true")
    #expect(
      call.value?[binaryKey: "steps"]?.listElements?.map(Call.plain) == ["answer", "wait 0 s", "force reboot"])
    #expect(clock.nextDeadline == nil)
    #expect(powered.actions.isEmpty)
  }

  @Test func factsOfAFreshStart() {
    clock.advance(.seconds(7))
    let call = Call(board, .systemInfo)
    #expect(call["uptime"] == "7")
    #expect(call.value?[binaryKey: "agent"]?[binaryKey: "version"] == binary("1.2.3"))
    #expect(call.value?[binaryKey: "board"]?[binaryKey: "simulated"] == .atom("true"))
    #expect(call.value?[binaryKey: "board"]?[binaryKey: "name"] == binary("Simulated board"))
    #expect(call["boot_id"]?.utf8.count == 36)
    let again = SimulatedBoard(agent: [], clock: clock) { _ in }
    #expect(Call(again, .systemInfo)["boot_id"] != call["boot_id"])
  }

  @Test func whoAmI() { #expect(Call(board, .whoAmI)["fingerprint"] == "0123456789abcdef") }

  @Test func idleCostsNoWakeUps() {
    _ = Call(board, .wifiRestart(timeout: .seconds(30)))
    clock.advance(.seconds(31))
    #expect(clock.nextDeadline == nil)
  }
}
