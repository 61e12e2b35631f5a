import Admin
import ETF
import Glibc
import Linux
import PeerNet
import Reactor
import TestKit
import Testing

@testable import Hardware

/// Takes note instead of action.
final class FakePowerSwitch: PowerSwitch {
  var initSystem = InitSystem.systemd
  var isPermitted = true
  var done: [String] = []
  private var syncing: [() -> Void] = []

  func sync(_ done: @escaping () -> Void) {
    self.done.append("sync")
    syncing.append(done)
  }

  func endSync() { syncing.removeFirst()() }
  func signalInit(_ signal: InitSignal) { done.append("signal \(signal.rawValue)") }
  func force(_ action: PowerPlan.Action) { done.append("force \(action)") }
}

@Suite struct LinuxBoardTests {
  let clock = VirtualClock()
  let power = FakePowerSwitch()
  let reactor: Reactor
  let chips = FakeChips([FakeChips.Chip(0, "soc", ["PUMP", "DOOR"])])
  let board: LinuxBoard

  init() throws {
    reactor = try Reactor()
    let profile = BoardProfile(
      name: bytes("shed"),
      lines: [
        LineProfile(
          label: bytes("pump"), location: .name(bytes("PUMP"), chip: nil), direction: .output, activeLow: true),
        LineProfile(label: bytes("door"), location: .name(bytes("DOOR"), chip: nil)),
        LineProfile(label: bytes("gone"), location: .name(bytes("GONE"), chip: nil)),
      ])
    board = LinuxBoard(
      profile, LinuxBoard.Options(agent: bytes("1"), runtime: bytes("/nowhere"), state: bytes("/nowhere")),
      chips: chips, power: power,
      facts: LinuxFacts(), clock: clock, reactor: reactor)
  }

  @Test func aRebootAnswersSyncsAndAsksInitInThatOrder() {
    let call = Call(board, .power(PowerPlan(.reboot, delay: .seconds(2))))
    #expect(call["init"] == "systemd")
    #expect(power.done.isEmpty)
    clock.advance(.seconds(2))
    #expect(power.done == ["sync"])
    power.endSync()
    #expect(power.done == ["sync", "signal 39"])
    // An init that does not react is overruled.
    clock.advance(.seconds(120))
    power.endSync()
    #expect(power.done == ["sync", "signal 39", "sync", "force reboot"])
    // If even that did nothing, the next caller may try again.
    #expect(Call(board, .power(PowerPlan(.reboot))).value != nil)
  }

  @Test func withoutTheRightNothingIsPromised() {
    power.isPermitted = false
    for isDryRun in [false, true] {
      let call = Call(board, .power(PowerPlan(.reboot, isDryRun: isDryRun)))
      #expect(call.reason == "unavailable: the agent lacks the right to: run it as root")
    }
    clock.advance(.seconds(200))
    #expect(power.done.isEmpty)
  }

  @Test func aPowerOffTheWayOfBusybox() {
    power.initSystem = .other
    _ = Call(board, .power(PowerPlan(.powerOff, delay: .zero)))
    clock.step()
    power.endSync()
    #expect(power.done == ["sync", "signal 12"])
    #expect(Call(board, .power(PowerPlan(.reboot, delay: .zero))).reason == "busy: poweroff is under way already")
  }

  @Test func theStartTellsWhichLinesAreMissing() {
    #expect(board.start().map { String(decoding: $0.prefix(22), as: UTF8.self) } == ["unavailable: line gone"])
  }

  @Test func linesGoThroughTheirSeam() {
    let write = Call(board, .gpioWrite([LineLevel(label: bytes("pump"), isActive: true)]))
    #expect(write.value?[binaryKey: "values"]?[binaryKey: "pump"] == 1)
    // Active low: it was driven low.
    #expect(chips.chips[0].lines[0].level == false)
    #expect(Call(board, .gpioRead([bytes("PUMP")])).reason == "refused: the board profile lists no line PUMP")
    let all = Call(board, .gpioRead([]))
    #expect(all.value?[binaryKey: "values"]?.pairs?.count == 2)
    let problem = all.value?[binaryKey: "problems"]?[binaryKey: "gone"].map(Call.plain)
    #expect(problem?.hasPrefix("unavailable: line gone") == true)
    #expect(Call(board, .gpioRead([bytes("gone")])).reason?.hasPrefix("unavailable: line gone") == true)
  }

  @Test func withoutARadioInTheProfile() {
    for plan in [Plan.wifiStatus, .wifiScan, .wifiRestart(timeout: .seconds(5))] {
      #expect(Call(board, plan).reason == "unavailable: the board profile names no wifi interface")
    }
  }

  @Test func factsOfThisMachine() {
    let call = Call(board, .systemInfo)
    #expect(call.value?[binaryKey: "board"]?[binaryKey: "name"] == binary("shed"))
    #expect(call.value?[binaryKey: "kernel"]?[binaryKey: "name"] == binary("Linux"))
    #expect((call.value?[binaryKey: "memory"]?[binaryKey: "total_kib"]?.int64 ?? 0) > 10_000)
    #expect((call.value?[binaryKey: "agent"]?[binaryKey: "rss_kib"]?.int64 ?? 0) > 100)
    #expect(call.value?[binaryKey: "load"]?.listElements?.count == 3)
    #expect((call.value?[binaryKey: "uptime"]?.int64 ?? -1) >= 0)
    #expect(call["pid"] == nil)
  }
}

/// Facts and init found below a folder instead of `/`.
@Suite struct RootedFacts {
  private let folder: TemporaryFolder
  private var root: String { folder.path }

  init() throws { folder = try TemporaryFolder() }

  /// Puts a file at an absolute path below it.
  private func put(_ path: String, _ contents: [UInt8]) {
    #expect(throws: Never.self) { try folder.write(String(path.dropFirst()), contents) }
  }

  @Test func whatIsThereIsTold() {
    put("/proc/sys/kernel/hostname", bytes("shed\n"))
    put("/proc/device-tree/model", bytes("Raspberry Pi 4 Model B Rev 1.4\0"))
    put("/proc/uptime", bytes("1234.56 99.9\n"))
    put("/proc/loadavg", bytes("0.07 12.50 0.10 1/200 77\n"))
    put("/proc/meminfo", bytes("MemTotal:        448100 kB\nMemFree: 1 kB\nMemAvailable:   301000 kB\n"))
    let info = LinuxFacts(root: bytes(root)).systemInfo()
    #expect(info.hostname == bytes("shed"))
    #expect(info.boardModel == bytes("Raspberry Pi 4 Model B Rev 1.4"))
    #expect(info.uptime == 1234)
    #expect(info.load == [7, 1250, 10])
    #expect(info.totalMemory == 448_100)
    #expect(info.availableMemory == 301_000)
    #expect(info.kernelRelease == nil)
    #expect(info.bootIdentifier == nil)
  }

  @Test func memoryInUseIsCountedExactlyWhereTheKernelCan() {
    put("/proc/self/status", bytes("VmPeak: 2000 kB\nVmRSS:\t       4 kB\n"))
    #expect(LinuxFacts(root: bytes(root)).systemInfo().residentMemory == 4)
    put("/proc/self/smaps_rollup", bytes("ff-ff ---p 00000000 00:00 0    [rollup]\nRss:      1056 kB\nPss: 900 kB\n"))
    #expect(LinuxFacts(root: bytes(root)).systemInfo().residentMemory == 1056)
  }

  @Test func garbageIsLeftOut() {
    put("/proc/uptime", [0xff, 0xfe])
    put("/proc/loadavg", bytes("0.07 -1.50 99999999999999999999.10"))
    put("/proc/meminfo", bytes("MemTotal:\nMemAvailable: 99999999999999999999 kB"))
    put("/proc/sys/kernel/hostname", [])
    let info = LinuxFacts(root: bytes(root)).systemInfo()
    #expect(info.uptime == nil && info.load.isEmpty && info.totalMemory == nil && info.availableMemory == nil)
    #expect(info.hostname == nil)
  }

  @Test func systemdIsRecognized() throws {
    let power = LinuxPowerSwitch(reactor: try Reactor(), root: bytes(root))
    #expect(power.initSystem == .other)
    put("/run/systemd/system/x", [])
    #expect(power.initSystem == .systemd)
  }

  @Test func syncIsAwaitedWithoutBlocking() throws {
    let reactor = try Reactor()
    let power = LinuxPowerSwitch(reactor: reactor)
    var isDone = false
    power.sync { isDone = true }
    #expect(!isDone)
    for _ in 0..<1_000 where !isDone { try reactor.runOnce(maxWait: .milliseconds(20)) }
    #expect(isDone)
  }
}
