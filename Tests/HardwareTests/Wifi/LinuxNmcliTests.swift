import Admin
import ETF
import Glibc
import Linux
import PeerNet
import Reactor
import TestKit
import Testing

@testable import Hardware

/// `LinuxBoard` with a real program in nmcli's place, in real time.
@Suite(.serialized) final class LinuxNmcliTests {
  let nmcli: FakeNmcli
  let reactor: Reactor
  var supplicant: SocketSupplicant?

  init() throws {
    nmcli = try FakeNmcli()
    reactor = try Reactor()
  }

  deinit { supplicant?.stop() }

  func board(_ manager: BoardProfile.Wifi.Manager = .automatic) -> LinuxBoard {
    LinuxBoard(
      BoardProfile(
        wifi: BoardProfile.Wifi(interface: bytes("wlan0"), control: bytes(nmcli.folder.path), manager: manager)),
      LinuxBoard.Options(
        agent: bytes("0"), runtime: bytes(nmcli.folder.path), state: bytes(nmcli.folder.path),
        nmcli: bytes(nmcli.path)),
      chips: FakeChips([]), power: FakePowerSwitch(), facts: LinuxFacts(), clock: ReactorClock(reactor),
      reactor: reactor)
  }

  /// A supplicant whose socket is there as well, as Debian's is beside NetworkManager.
  func startSupplicant() throws {
    supplicant = try SocketSupplicant(path: nmcli.folder.path("wlan0"), reactor: reactor, clock: VirtualClock()) {
      command, supplicant in
      LinuxWifiTests.healthy(command, supplicant, 0)
    }
  }

  func call(_ plan: Plan, _ board: LinuxBoard) throws -> Call {
    let call = Call(board, plan)
    try turn(reactor, until: { !call.outcomes.isEmpty })
    #expect(call.outcomes.count == 1)
    return call
  }

  func turn(_ reactor: Reactor, until isDone: () -> Bool) throws {
    let end = Clock.now() + .seconds(30)
    while !isDone(), Clock.now() < end { try reactor.runOnce(maxWait: .milliseconds(50)) }
    #expect(isDone())
  }

  static let device =
    "-t -e yes -c no -f GENERAL.TYPE,GENERAL.STATE,GENERAL.CON-UUID,IP4.ADDRESS device show wlan0"
  static let list = "-t -e yes -c no -f IN-USE,BSSID,FREQ,SIGNAL,SECURITY,SSID-HEX device wifi list ifname wlan0"

  @Test func status() throws {
    try nmcli.install()
    let call = try call(.wifiStatus, board())
    #expect(call["state"] == "completed")
    #expect(call["ssid"] == "greenhouse")
    #expect(call["bssid"] == "22:46:25:e7:5f:5d")
    #expect(call["ip"] == "192.0.2.14")
    #expect(call["interface"] == "wlan0")
    #expect(nmcli.calls == [Self.device, Self.list + " --rescan no"])
  }

  @Test func itInheritsNothing() throws {
    try nmcli.install()
    setenv("PEERNET_TEST_SECRET", "x", 1)
    defer { unsetenv("PEERNET_TEST_SECRET") }
    _ = try call(.wifiStatus, board())
    let environment = nmcli.read("environment")
    #expect(environment.contains("LC_ALL='C'"))
    #expect(!environment.contains("PEERNET_TEST_SECRET"))
  }

  @Test func scan() throws {
    try nmcli.install()
    let networks = try call(.wifiScan, board()).value?[binaryKey: "networks"]?.listElements
    // The one that is in use comes first where the kernel does not tell its signal.
    #expect(
      networks?.map { $0[binaryKey: "ssid"] } == [
        binary("greenhouse"), .binary(bytes("a:b\\c") + [0xff, 0x0a] + bytes(":*")),
      ])
    #expect(nmcli.calls == [Self.device, Self.list + " --rescan yes"])
  }

  @Test func restart() throws {
    try nmcli.install()
    let board = board()
    let call = try call(.wifiRestart(timeout: .seconds(20)), board)
    #expect(call["way"] == "activate")
    #expect(call["ip"] == "192.0.2.14")
    #expect(call["ssid"] == "greenhouse")
    #expect(call["joined"] == "false")
    let waits = nmcli.calls.filter { $0.hasPrefix("-w ") }
    let words = waits.first?.split(separator: " ", maxSplits: 2).map(String.init)
    #expect(waits.count == 1 && words?[2] == "connection up uuid 6a3f3c1e-5b0a-4b2d-9d6e-0123456789ab ifname wlan0")
    #expect(words.flatMap { Int($0[1]) }.map { 10...17 ~= $0 } == true)
    let last = try self.call(.wifiStatus, board).value?[binaryKey: "last_restart"]
    #expect(last?[binaryKey: "outcome"] == binary("ok"))
    #expect(last?[binaryKey: "way"] == binary("activate"))
  }

  @Test func whoAsksMeanwhileJoins() throws {
    try nmcli.install(first: #"case "$*" in *"connection up"*) sleep 0.5 ;; esac"#)
    let board = board()
    let first = Call(board, .wifiRestart(timeout: .seconds(20)))
    let second = try call(.wifiRestart(timeout: .seconds(20)), board)
    #expect(first["joined"] == "false" && second["joined"] == "true")
    #expect(nmcli.calls.filter { $0.contains("connection up") }.count == 1)
  }

  @Test func aFailureIsToldAndKept() throws {
    try nmcli.install(
      first: #"""
        case "$*" in
          *"connection up"*) echo 'Error: Connection activation failed: Not authorized to control networking.' >&2; exit 4 ;;
        esac
        """#)
    let board = board()
    let reason =
      "step_failed: activate: NetworkManager does not permit it to this user; see polkit's rules"
    #expect(try call(.wifiRestart(timeout: .seconds(20)), board).reason == reason)
    let last = try call(.wifiStatus, board).value?[binaryKey: "last_restart"]
    #expect(last?[binaryKey: "outcome"] == binary("failed"))
    #expect(last?[binaryKey: "reason"] == binary(reason))
    #expect(!nmcli.calls.contains { $0.contains("radio") || $0.contains("device connect") })
  }

  @Test func oneThatHangsIsKilledInTime() throws {
    try nmcli.install(first: #"case "$*" in *"connection up"*) echo $$ >$here/note; sleep 1000 ;; esac"#)
    let began = Clock.now()
    let call = try call(.wifiRestart(timeout: .seconds(5)), board())
    #expect(call["way"] == "activate", "it is on its network all the same")
    #expect(Clock.now() - began < .seconds(6))
    let process = try #require(Int32(nmcli.read("note").split(separator: "\n").first ?? ""))
    for _ in 0..<100 where kill(process, 0) == 0 { try reactor.runOnce(maxWait: .milliseconds(10)) }
    #expect(kill(process, 0) != 0)
  }

  @Test func aFloodOfOutputIsBounded() throws {
    try nmcli.install(
      first: #"""
        case "$*" in
          *"wifi list"*) i=0; while [ $i -lt 3000 ]; do
            echo ' :3A\:13\:0B\:DD\:4A\:C7:2462 MHz:50::613A625C63FF0A3A2A'; i=$((i+1)); done; exit 0 ;;
        esac
        """#)
    let networks = try call(.wifiScan, board()).value?[binaryKey: "networks"]?.listElements
    #expect(networks?.count == 64)
  }

  @Test func networkManagersRadioIsItsOwnThoughASocketIsThere() throws {
    try nmcli.install()
    try startSupplicant()
    #expect(try call(.wifiStatus, board())["ssid"] == "greenhouse")
    #expect(supplicant?.commands == [])
  }

  @Test(arguments: [
    "echo GENERAL.TYPE:wifi; echo 'GENERAL.STATE:10 (unmanaged)'; exit 0",
    "echo 'Error: NetworkManager is not running.' >&2; exit 8", "exit 10", "kill -9 $$", "head -c 100000 /dev/zero",
  ])
  func whatItDoesNotManageIsTheSupplicants(_ answer: String) throws {
    try nmcli.install(first: answer)
    try startSupplicant()
    let board = board()
    #expect(try call(.wifiStatus, board)["ssid"] == "café")
    #expect(nmcli.calls.allSatisfy { $0 == Self.device })
  }

  @Test func withoutTheProgramTheSupplicantIsAsked() throws {
    try startSupplicant()
    #expect(try call(.wifiStatus, board())["ssid"] == "café")
  }

  @Test func theProfileDecides() throws {
    try nmcli.install()
    try startSupplicant()
    #expect(try call(.wifiStatus, board(.wpaSupplicant))["ssid"] == "café")
    #expect(nmcli.calls == [])
    #expect(try call(.wifiStatus, board(.networkManager))["ssid"] == "greenhouse")
    try nmcli.install(first: "exit 8")
    #expect(try call(.wifiStatus, board(.networkManager))["state"] == "unreachable")
    let reason = "step_failed: reach: NetworkManager does not run, or does not manage the interface"
    #expect(try call(.wifiScan, board(.networkManager)).reason == reason)
    #expect(try call(.wifiRestart(timeout: .seconds(5)), board(.networkManager)).reason == reason)
  }

  @Test func neitherIsThere() throws {
    try nmcli.install(first: "exit 8")
    let board = board()
    #expect(try call(.wifiStatus, board)["state"] == "unreachable")
    #expect(
      try call(.wifiRestart(timeout: .seconds(5)), board).reason
        == "step_failed: reach: wpa_supplicant's control socket is not there, and NetworkManager does not run or does "
        + "not manage the interface")
  }

  @Test func aRadioThatAnAgentLeftOffComesOn() throws {
    // Killed between off and on, as by a power cut.
    try nmcli.install(
      first: #"""
        case "$*" in
          *"connection up"* | *"device connect"*) echo 'Error: x' >&2; exit 4 ;;
          "radio wifi off") cat $here/radio >$here/note ;;
          "radio wifi on") exit 1 ;;
        esac
        """#)
    let call = Call(board(), .wifiRestart(timeout: .seconds(20)))
    try turn(reactor, until: { self.nmcli.calls.contains("radio wifi on") })
    #expect(nmcli.read("note") == "6a3f3c1e-5b0a-4b2d-9d6e-0123456789ab", "the note is there before the radio goes off")
    #expect(call.outcomes.isEmpty && !nmcli.read("radio").isEmpty)

    try nmcli.install()
    let next = try Reactor()
    unlink(nmcli.folder.path("calls"))
    let successor = LinuxBoard(
      BoardProfile(wifi: BoardProfile.Wifi(interface: bytes("wlan0"), control: bytes(nmcli.folder.path))),
      LinuxBoard.Options(
        agent: bytes("0"), runtime: bytes(nmcli.folder.path), state: bytes(nmcli.folder.path),
        nmcli: bytes(nmcli.path)),
      chips: FakeChips([]), power: FakePowerSwitch(), facts: LinuxFacts(), clock: ReactorClock(next), reactor: next)
    try turn(next, until: { self.nmcli.read("radio") == "" })
    #expect(nmcli.calls == ["radio wifi on"])
    withExtendedLifetime(successor) {}
  }
}
