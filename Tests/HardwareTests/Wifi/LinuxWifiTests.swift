import Admin
import ETF
import Glibc
import PeerNet
import Reactor
import TestKit
import Testing

@testable import Hardware

/// `LinuxBoard` and libwpa_client against a scripted supplicant on a real socket, in virtual time.
@Suite(.serialized) final class LinuxWifiTests {
  let clock = VirtualClock()
  let reactor: Reactor
  let folder: TemporaryFolder
  let board: LinuxBoard
  var supplicant: SocketSupplicant?

  init() throws {
    folder = try TemporaryFolder()
    reactor = try Reactor()
    board = LinuxBoard(
      BoardProfile(
        name: bytes("test"),
        wifi: BoardProfile.Wifi(interface: bytes("wlan0"), control: bytes(folder.path), isRespawned: true)),
      LinuxBoard.Options(
        agent: bytes("0"), runtime: bytes(folder.path), state: bytes(folder.path), nmcli: bytes(folder.path("nmcli"))),
      chips: FakeChips([]), power: FakePowerSwitch(), facts: LinuxFacts(), clock: clock, reactor: reactor)
  }

  deinit {
    supplicant?.stop()
    // A connection that was not closed would have left its socket here.
    #expect(rmdir(folder.path) == 0)
  }

  static let connected = "<3>CTRL-EVENT-CONNECTED - Connection to 02:00:00:00:01:00 completed [id=0 id_str=]"

  static func healthy(_ command: String, _ supplicant: SocketSupplicant, _ now: Int64) -> [SocketSupplicant.Act] {
    switch command {
    case "PING": return [.say("PONG\n")]
    case "STATUS":
      return [
        .say(
          supplicant.isAssociated
            ? "bssid=02:00:00:00:01:00\nfreq=2412\nssid=caf\\xc3\\xa9\nwpa_state=COMPLETED\nip_address=192.0.2.9\n"
            : "wpa_state=SCANNING\n")
      ]
    case "SIGNAL_POLL": return [.say("RSSI=-61\n")]
    case "RECONFIGURE", "REASSOCIATE":
      supplicant.associatedAt = now + 300
      return [.say("OK\n"), .event(300, connected)]
    case "SCAN": return [.say("OK\n"), .event(700, "<3>CTRL-EVENT-SCAN-RESULTS ")]
    case "SCAN_RESULTS": return [.say("bssid / …\n02:00:00:00:01:00\t2412\t-61\t[WPA2-PSK-CCMP][ESS]\tcafé\n")]
    case "TERMINATE":
      supplicant.associatedAt = now + 2_500
      return [.say("OK\n"), .die(2_000)]
    default: return [.say("OK\n")]
    }
  }

  /// Starts a supplicant that is well but where `ill` says otherwise.
  func start(_ ill: @escaping (String, SocketSupplicant, Int64) -> [SocketSupplicant.Act]? = { _, _, _ in nil }) throws
  {
    let clock = clock
    supplicant = try SocketSupplicant(path: folder.path("wlan0"), reactor: reactor, clock: clock) {
      command, supplicant in
      ill(command, supplicant, clock.milliseconds) ?? Self.healthy(command, supplicant, clock.milliseconds)
    }
  }

  /// Lets everything happen, datagrams before time, until the call is answered.
  func finish(_ call: Call) throws {
    for _ in 0..<2_000 where call.outcomes.isEmpty {
      for _ in 0..<6 { try reactor.runOnce(maxWait: .zero) }
      if call.outcomes.isEmpty { clock.step() }
    }
    for _ in 0..<6 { try reactor.runOnce(maxWait: .zero) }
    #expect(call.outcomes.count == 1)
  }

  func call(_ plan: Plan) throws -> Call {
    let call = Call(board, plan)
    try finish(call)
    return call
  }

  func lastRestart() throws -> Term? { try call(.wifiStatus).value?[binaryKey: "last_restart"] }

  @Test func status() throws {
    try start()
    let call = try call(.wifiStatus)
    #expect(call["state"] == "completed")
    #expect(call["ssid"] == "café")
    #expect(call["rssi"] == "-61")
    #expect(call["interface"] == "wlan0")
    #expect(supplicant?.commands == ["STATUS", "SIGNAL_POLL"])
  }

  @Test func scan() throws {
    var busy = true
    try start { command, _, _ in
      guard command == "SCAN", busy else { return nil }
      busy = false
      return [.say("FAIL-BUSY\n"), .event(400, "<3>CTRL-EVENT-SCAN-RESULTS ")]
    }
    for _ in 0..<2 {
      let networks = try call(.wifiScan).value?[binaryKey: "networks"]?.listElements
      #expect(networks?.first?[binaryKey: "ssid"] == binary("café"))
    }
    #expect(supplicant?.commands == ["ATTACH", "SCAN", "SCAN_RESULTS", "ATTACH", "SCAN", "SCAN_RESULTS"])
  }

  @Test func restart() throws {
    try start()
    let call = try call(.wifiRestart(timeout: .seconds(30)))
    #expect(call["way"] == "reconfigure")
    #expect(call["ip"] == "192.0.2.9")
    #expect(call["took_ms"] == "300")
    #expect(try lastRestart()?[binaryKey: "outcome"] == binary("ok"))
  }

  @Test func busy() throws {
    var refusals = 3
    try start { command, _, _ in
      guard command == "RECONFIGURE", refusals > 0 else { return nil }
      refusals -= 1
      return [.say("FAIL-BUSY\n")]
    }
    #expect(try call(.wifiRestart(timeout: .seconds(30)))["way"] == "reconfigure")
    #expect(supplicant?.commands.filter { $0 == "RECONFIGURE" }.count == 4)
    #expect(clock.milliseconds == 200 + 400 + 800 + 300)
  }

  @Test func silence() throws {
    try start { _, _, _ in [] }
    let call = try call(.wifiRestart(timeout: .seconds(10)))
    #expect(call.reason == "step_failed: terminate: wpa_supplicant does not answer")
    #expect(clock.milliseconds == 10_000)
    // The status waits no longer than its own three seconds and still tells of the restart.
    #expect(try lastRestart()?[binaryKey: "reason"] == binary("step_failed: terminate: wpa_supplicant does not answer"))
    #expect(clock.milliseconds == 13_000)
  }

  @Test func aHangingSupplicantsFullSocket() throws {
    try start()
    supplicant?.hang()
    for _ in 0..<2 {
      let call = try call(.wifiRestart(timeout: .seconds(30)))
      #expect(call.reason == "step_failed: terminate: wpa_supplicant does not answer")
    }
    #expect(clock.milliseconds == 60_000)
  }

  @Test func tornAndHostileReplies() throws {
    try start { command, _, _ in
      switch command {
      case "STATUS":
        [
          .raw([]), .raw([0xff, 0x00]), .say("wpa_state=COMPLETED\nssid=x\nfreq="),
          .raw(Array(repeating: 0x3c, count: 60_000)),
        ]
      case "RECONFIGURE": [.say("<3>CTRL-EVENT-CONNECTED early"), .raw(Array(repeating: 0x41, count: 20_000))]
      case "REASSOCIATE": [.say("OK\nOK\nOK\n")]
      default: nil
      }
    }
    let call = try call(.wifiRestart(timeout: .seconds(10)))
    #expect(call.reason?.hasPrefix("step_failed: ") == true)
    #expect(clock.milliseconds <= 10_000)
  }

  @Test func eventsFlood() throws {
    try start { command, supplicant, now in
      Self.healthy(command, supplicant, now)
        + (0..<9).map { .say("<3>CTRL-EVENT-BSS-ADDED \($0) 02:00:00:00:01:00") }
    }
    #expect(try call(.wifiRestart(timeout: .seconds(30)))["way"] == "reconfigure")
  }

  @Test func itDiesWithoutAWordAndReturns() throws {
    var died = false
    try start { command, supplicant, now in
      guard command == "RECONFIGURE", !died else { return nil }
      died = true
      supplicant.associatedAt = now + 4_000
      return [.die(3_000)]
    }
    let call = try call(.wifiRestart(timeout: .seconds(30)))
    #expect(call["way"] == "respawn")
    #expect((4_000...6_500).contains(clock.milliseconds))
  }

  @Test func itDiesAndDoesNotReturn() throws {
    try start { command, _, _ in command == "RECONFIGURE" ? [.say("OK\n"), .die(nil)] : nil }
    let call = try call(.wifiRestart(timeout: .seconds(10)))
    #expect(call.reason == "step_failed: respawn: wpa_supplicant's control socket is not there")
    let last = try lastRestart()
    #expect(last?[binaryKey: "outcome"] == binary("failed"))
    #expect(last?[binaryKey: "step"] == binary("respawn"))
    #expect(try self.call(.wifiStatus)["state"] == "unreachable")
  }

  @Test func theHardWay() throws {
    try start { command, supplicant, _ in
      guard command == "RECONFIGURE" else { return nil }
      supplicant.associatedAt = nil
      return [.say("OK\n")]
    }
    let call = try call(.wifiRestart(timeout: .seconds(30)))
    #expect(call["way"] == "respawn")
    #expect(supplicant?.commands.contains("TERMINATE") == true)
    #expect((17_000...19_500).contains(clock.milliseconds))
  }

  @Test func neverThere() throws {
    let reason =
      "step_failed: reach: wpa_supplicant's control socket is not there, and NetworkManager does not run or does not "
      + "manage the interface"
    #expect(try call(.wifiScan).reason == reason)
    #expect(try call(.wifiRestart(timeout: .seconds(5))).reason == reason)
    #expect(clock.milliseconds == 20_000)
  }

  @Test func nothingOfACallerReachesTheSupplicant() throws {
    let known: [SupplicantCommand] = [
      .attach, .status, .signalPoll, .scan, .scanResults, .reconfigure, .reassociate, .terminate,
    ]
    let names = Set(known.map { String(decoding: $0.text, as: UTF8.self) })
    try start()
    for plan in [Plan.wifiStatus, .wifiScan, .wifiRestart(timeout: .seconds(30))] { _ = try call(plan) }
    #expect(supplicant?.commands.allSatisfy { names.contains($0) } == true)
  }
}
