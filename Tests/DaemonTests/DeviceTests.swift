import Boards
import ETF
import Foundation
import PeerNet
import PeerNetClient
import TestKit
import Testing

/// A board's process in the words of `Device`: every procedure, and every answer as the type that it has there.
@Suite struct DeviceTests {
  private let board: TestBoard

  init() throws { board = try TestBoard() }

  private func meet(_ grants: String = "*") async throws -> (RunningBoard, LaptopNode, Device) {
    try board.trust(try LaptopNode.entry(grants))
    let running = try await board.start()
    let laptop = try await LaptopNode(trusting: board.key, options: .wireTwo())
    var device = try await laptop.node.device(named: "board0")
    #expect(device.key == board.key)
    device.timeout = .seconds(20)
    try await device.connect(at: [running.endpoint], timeout: .seconds(20))
    return (running, laptop, device)
  }

  private func part(_ running: RunningBoard, _ laptop: LaptopNode) async throws {
    await laptop.node.stop()
    #expect(try await running.stop().exitCode == 0)
  }

  @Test func whoAndWhat() async throws {
    let (running, laptop, device) = try await meet("system.info,gpio.write:pump")
    let caller = try await device.agent.whoami()
    #expect(caller.label == "laptop1" && caller.key == laptop.key.description && caller.wire == 2)
    #expect(caller.fingerprint.count == 16 && caller.grants == ["system.info", "gpio.write:pump"])
    #expect(caller.procedures == ["agent.whoami", "gpio.write", "system.info"])

    let info = try await device.system.info()
    #expect(
      info.board?.name == "Simulated board" && info.board?.isSimulated == true && info.board?.model == "simulated")
    #expect(info.agent?.version?.isEmpty == false && info.agent?.pid.map { $0 > 0 } == true)
    #expect(info.agent?.residentMemory.map { $0 > 0 } == true && info.memory?.total ?? 0 > info.memory?.available ?? 0)
    #expect(info.kernel?.name == "Linux" && info.kernel?.release?.isEmpty == false && info.load?.count == 3)
    #expect(info.uptime.map { $0 < 1_000 } == true && info.bootIdentifier?.count == 36 && info.wire == 2)
    #expect(info.hostname != nil && info.machine != nil && info.time.map { $0 > 1_600_000_000 } == true)
    #expect(try await device.ping() < .seconds(20))
    #expect(await device.isConnected)
    try await part(running, laptop)
  }

  @Test func lines() async throws {
    let (running, laptop, device) = try await meet()
    let lines = try await device.gpio.list()
    #expect(lines.map(\.label) == ["button", "door", "relay", "pump", "led"])
    #expect(lines[0].direction == .input && lines[0].debounce == 0 && lines[0].description == "moves by itself")
    #expect(lines[2].direction == .output && lines[2].debounce == nil && lines[2].bias == "as-is")
    #expect(lines[2].isActiveLow == false)

    #expect(try await device.gpio.write("relay", true))
    #expect(try await device.gpio.write(["relay": false, "pump": true]).values == ["relay": false, "pump": true])
    #expect(try await device.gpio.read("pump"))
    #expect(try await device.gpio.read("relay") == false)
    #expect(try await device.gpio.read(["led", "pump"]).values == ["led": false, "pump": true])
    let all = try await device.gpio.read()
    #expect(all.values.count == 5 && all["pump"] == true && all["button"] != nil && all["nothing"] == nil)
    #expect(all.problems.isEmpty)

    let refused = await #expect(throws: PeerNetError.self) { try await device.gpio.write("button", true) }
    #expect(refused?.code == "refused")
    let unknown = await #expect(throws: PeerNetError.self) { try await device.gpio.read("nothing") }
    #expect(unknown?.code == "refused")
    try await part(running, laptop)
  }

  @Test func wifi() async throws {
    let (running, laptop, device) = try await meet()
    let before = try await device.wifi.status()
    #expect(before.interface == "sim0" && before.state == .completed && before.ssid?.description == "simulated")
    #expect(before.bssid == "02:00:00:00:01:00" && before.frequency == 2437 && before.signal == -52)
    #expect(before.address == "192.0.2.7" && before.lastRestart == nil)

    let restart = try await device.wifi.restart()
    #expect(restart.way == .reconfigure && restart.status.state == .completed && !restart.joined)
    #expect(restart.took.map { $0 > 0 } == true && restart.status.address == "192.0.2.7")
    let last = try #require(try await device.wifi.status().lastRestart)
    #expect(last.outcome == .ok && last.way == .reconfigure && last.took == restart.took && last.ago < 20)
    #expect(last.by == String(decoding: laptop.key.fingerprint, as: UTF8.self) && last.at != nil)

    let networks = try await device.wifi.scan()
    #expect(networks.count == 2)
    #expect(zip(networks, networks.dropFirst()).allSatisfy { $0.signal ?? 0 >= $1.signal ?? 0 })
    let simulated = networks.first { $0.ssid.description == "simulated" }
    #expect(simulated?.security == .wpa2 && simulated?.frequency == 2437)
    try await part(running, laptop)
  }

  @Test func power() async throws {
    let (running, laptop, device) = try await meet("system.reboot,system.poweroff")
    let dry = try await device.system.powerOff(after: .milliseconds(1_500), dryRun: true)
    #expect(dry.action == "poweroff" && dry.isDryRun && dry.delay == 2 && dry.initSystem == "simulated")
    #expect(dry.steps == ["answer", "wait 2 s", "force poweroff"])
    let wrong = await #expect(throws: PeerNetError.self) { try await device.system.reboot(after: .seconds(4_000)) }
    #expect(wrong?.code == "bad_argument" && wrong?.message == "delay is a whole number of seconds, 0 to 3600")
    let plan = try await device.system.reboot(after: .zero)
    #expect(plan.action == "reboot" && !plan.isDryRun && plan.delay == 0)
    #expect(try await running.process.end().exitCode == 93)
    try await eventually { !(await device.isConnected) }
    await laptop.node.stop()
  }

  @Test func whatIsNotGrantedIsForbidden() async throws {
    let (running, laptop, device) = try await meet("gpio.read:door")
    // Its value moves by itself.
    _ = try await device.gpio.read("door")
    #expect(try await device.gpio.read(["door"])["door"] != nil)
    let asked: [() async throws -> Void] = [
      { _ = try await device.system.info() }, { try await device.system.reboot() },
      { try await device.system.powerOff() }, { _ = try await device.wifi.status() },
      { _ = try await device.wifi.scan() }, { try await device.wifi.restart() },
      { _ = try await device.gpio.list() }, { _ = try await device.gpio.read() },
      { try await device.gpio.write("relay", true) }, { _ = try await device.gpio.read("relay") },
    ]
    for ask in asked {
      let error = await #expect(throws: PeerNetError.self) { try await ask() }
      #expect(error?.code == "forbidden")
    }
    let missing = await #expect(throws: PeerNetError.self) { try await device.call("no.such", as: Term.self) }
    #expect(missing?.code == "no_such_handle" && missing?.message == nil)
    try await part(running, laptop)
  }

  @Test func theHandleOfElixirNodes() async throws {
    let (running, laptop, device) = try await meet()
    let read = RemoteProcedure<[String], Device.GPIO.Levels>(module: "Elixir.Gpio", function: "read")
    #expect(try await device(read, ["door", "led"]).values.count == 2)
    let write = RemoteProcedure<PositionalArguments, Device.GPIO.Levels>(module: "Elixir.Gpio", function: "write")
    #expect(try await device(write, PositionalArguments("led", true)).values == ["led": true])
    let status = RemoteProcedure<NoArguments, Device.Wifi.Status>(module: "wifi", function: "status")
    #expect(try await device(status).state == .completed)
    try await part(running, laptop)
  }

  /// The radio takes longer than the caller's patience, and then than the board's own.
  @Test func aRestartThatFailsSaysWhy() async throws {
    let supplicant = try SlowSupplicant(of: board, delay: 600)
    defer { supplicant.stop() }
    let (running, laptop, device) = try await meet()
    let failed = await #expect(throws: PeerNetError.self) { try await device.wifi.restart(timeout: .seconds(15)) }
    #expect(failed?.code == "step_failed", "\(String(describing: failed))")
    let last = try #require(try await device.wifi.status().lastRestart)
    #expect(last.outcome == .failed && last.step != nil && last.reason == "step_failed: \(failed?.message ?? "")")
    try await part(running, laptop)
  }

  /// The connection that asked is gone before the answer; the outcome comes over the next one.
  @Test func aRestartOutlivesItsConnection() async throws {
    // Long enough that a busy machine gets to the cut before the radio is back.
    let supplicant = try SlowSupplicant(of: board, delay: 4)
    defer { supplicant.stop() }
    let (running, laptop, device) = try await meet()
    async let restarting = device.wifi.restart(timeout: .seconds(40))
    _ = try await running.process.line("peer.connected")
    try await eventually {
      try await device.wifi.status().lastRestart?.outcome == .running
    }
    await device.disconnect()
    let restart = try await restarting
    #expect(restart.way == .reconfigure && restart.status.state == .completed)
    #expect(restart.status.lastRestart?.outcome == .ok && restart.took.map { $0 > 0 } == true)
    try await part(running, laptop)
  }
}
