import Admin
import Ini
import PeerNet
import Settings
import Testing

@testable import peernetd

@Suite struct ConfigurationTests {
  private func read(_ text: String) throws -> (configuration: Configuration, faults: [ConfigurationFault]) {
    Configuration.read(try IniFile(Array(text.utf8)).settings)
  }

  private func fault(_ line: String) throws -> ConfigurationFault.Problem? {
    let (configuration, faults) = try read(line)
    #expect(configuration == Configuration(), "a setting at fault leaves its default")
    return faults.first?.problem
  }

  private func text(_ line: String) throws -> [String] {
    try read(line).faults.map { String(decoding: $0.text, as: UTF8.self) }
  }

  @Test func withoutAFileTheDefaultsStand() throws {
    let (configuration, faults) = try read("")
    #expect(configuration == Configuration())
    #expect(faults.isEmpty)
    #expect(configuration.listenEndpoint.text == Array("[::]:4040".utf8))
    #expect(configuration.announce && configuration.solicit && configuration.dial)
    #expect(configuration.board == .linux)
  }

  @Test func everyKeyIsRead() throws {
    let (configuration, faults) = try read(
      """
      [node]
      port = 5000
      listen = 127.0.0.1
      name = Pump house
      announce = no
      announce_interval = 1500ms
      discovery_port = 5001
      solicit = off
      interfaces = lo, eth0
      dial = false
      profile = battery
      heartbeat_interval = 2
      heartbeat_timeout = 1m
      max_connections = 7
      max_half_open = 8
      [paths]
      state = /s
      trust = /t
      key = /k
      runtime = /r
      [board]
      board = sim
      profile = /p
      [log]
      level = debug
      """)
    #expect(faults.isEmpty)
    var expected = Configuration()
    expected.port = 5000
    expected.listen = Endpoint(ipv4: 0x7f00_0001, port: 0)
    expected.name = Array("Pump house".utf8)
    expected.announce = false
    expected.announceInterval = .milliseconds(1500)
    expected.discoveryPort = 5001
    expected.solicit = false
    expected.interfaces = [Array("lo".utf8), Array("eth0".utf8)]
    expected.dial = false
    expected.link = .battery
    expected.heartbeatInterval = .seconds(2)
    expected.heartbeatTimeout = .seconds(60)
    expected.maximumConnections = 7
    expected.maximumHalfOpen = 8
    expected.state = Array("/s".utf8)
    expected.trust = Array("/t".utf8)
    expected.key = Array("/k".utf8)
    expected.runtime = Array("/r".utf8)
    expected.board = .simulated
    expected.profile = Array("/p".utf8)
    expected.level = .debug
    #expect(configuration == expected)
  }

  @Test func wrongValuesAreRefused() throws {
    for port in ["70000", "-1", "", "80x", "99999999999999999999999999"] {
      #expect(try fault("[node]\nport = \(port)") == .notANumber(0...65_535), "port \(port)")
    }
    #expect(try fault("[node]\nmax_connections = 0") == .notANumber(1...4096))
    #expect(try fault("[node]\nannounce = maybe") == .notABoolean)
    for interval in ["5h", "99ms", "61m", "s", "", "9000000000000000000m", "1.5s"] {
      #expect(try fault("[node]\nannounce_interval = \(interval)") == .notAnInterval(100...3_600_000), "\(interval)")
    }
    for address in ["localhost", "127.0.0.1:80", "", "[::1]:80", "224.0.0.1", "::g"] {
      #expect(try fault("[node]\nlisten = \(address)") == .notAnAddress, "\(address)")
    }
    for names in ["eth0,,lo", "a/b", "abcdefghijklmnop", "eth 0", ","] {
      #expect(try fault("[node]\ninterfaces = \(names)") == .notAnInterface, "\(names)")
    }
    for path in ["~/state", "state", "", "/a/../b", "./x"] {
      #expect(try fault("[paths]\nstate = \(path)") == .notAPath, "\(path)")
    }
    #expect(try fault("[node]\nname = ") == .notAName)
    #expect(try fault("[node]\nname = a\tb") == .notAName)
    #expect(try fault("[board]\nboard = bsd") == .notABoard)
    #expect(try fault("[log]\nlevel = loud") == .notALevel)
    #expect(try fault("[node]\nprofile = Wifi") == .notALink)
    for profile in LivenessProfile.allCases {
      #expect(try read("[node]\nprofile = \(profile)").configuration.link == profile)
    }
  }

  @Test func addressesComeInEveryForm() throws {
    #expect(try read("[node]\nlisten = ::1").configuration.listenEndpoint.text == Array("[::1]:4040".utf8))
    #expect(try read("[node]\nlisten = [::1]").configuration.listenEndpoint.text == Array("[::1]:4040".utf8))
  }

  @Test func everyFaultIsToldWithItsLineAndWhatToDo() throws {
    #expect(
      try text("[node]\nport = 70000\n\n[nod]\nport = 1\n[log]\nlvl = info\nlevel = info\nlevel = debug") == [
        "2: [node] port: 70000 is not a number from 0 to 65535",
        "5: [nod] port: unknown section; known are [node], [paths], [board], [image] and [log]; did you mean node?",
        "7: [log] lvl: unknown key; correct its name or remove the line",
        "9: [log] level: stands in line 8 already; keep one of the two",
      ])
    #expect(
      try text("[paths]\nkey = ~/k\u{1b}") == [
        #"2: [paths] key: "~/k\x1b" is not an absolute path; write it out from the / on, without ~ and without .."#
      ])
  }

  @Test func onlyTheUnknownIsTolerable() throws {
    let faults = try read("[new]\na = 1\n[node]\nfresh = 2\nport = x\n").faults
    #expect(faults.map(\.isTolerable) == [true, true, false])
  }

  @Test func aTimeoutMustExceedItsInterval() throws {
    let faults = try read("[node]\nheartbeat_timeout = 5s\nheartbeat_interval = 5s").faults
    #expect(faults.map(\.problem) == [.timeoutNotAboveInterval])
    #expect(faults.map(\.line) == [2])
    #expect(try read("[node]\nheartbeat_timeout = 6s\nheartbeat_interval = 5s").faults.isEmpty)
  }
}
