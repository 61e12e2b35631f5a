import ETF
import PeerNet
import Testing

@testable import Admin

@Suite struct SupplicantWords {
  @Test(
    arguments: [
      ("OK\n", .reply(.ok)), ("OK", .reply(.ok)), ("PONG\n", .reply(.pong)), ("FAIL\n", .reply(.failed)),
      ("FAIL-BUSY\n", .reply(.busy)), ("FAIL-CHECKSUM\n", .reply(.failed)), ("UNKNOWN COMMAND\n", .reply(.failed)),
      ("OKAY\n", .reply(.text(bytes("OKAY\n")))), ("", .reply(.text([]))),
      ("<3>CTRL-EVENT-CONNECTED - x", .event(.connected)), ("<2>CTRL-EVENT-TERMINATING ", .event(.terminating)),
      ("<3>whatever", .event(.other)), ("<3CTRL-EVENT-CONNECTED", .reply(.text(bytes("<3CTRL-EVENT-CONNECTED")))),
    ] as [(String, SupplicantMessage)])
  func eachIsWhatItIs(_ datagram: String, _ message: SupplicantMessage) {
    #expect(SupplicantMessage(bytes(datagram)) == message)
  }

  @Test func commandsAreConstantsButForANumber() {
    let commands: [SupplicantCommand] = [
      .ping, .attach, .status, .signalPoll, .scan, .scanResults, .reconfigure, .reassociate, .terminate, .bss(from: 0),
      .bss(from: .max),
    ]
    #expect(
      commands.map { text($0.text) } == [
        "PING", "ATTACH", "STATUS", "SIGNAL_POLL", "SCAN", "SCAN_RESULTS", "RECONFIGURE", "REASSOCIATE", "TERMINATE",
        "BSS RANGE=0- MASK=0x21887", "BSS RANGE=4294967295- MASK=0x21887",
      ])
  }

  @Test(
    arguments: [
      (#"home"#, bytes("home")), (#"a\\b\"c\te\n\r\e"#, bytes("a\\b\"c\te\n\r\u{1b}")),
      (#"\xff\x00\xC3"#, [0xff, 0, 0xc3]),
      ("", []), (#"\x4"#, nil), (#"\q"#, nil), (#"\"#, nil), (String(repeating: "x", count: 33), nil),
      (String(repeating: "x", count: 32), Array(repeating: 0x78, count: 32)),
      (String(repeating: "\\x", count: 90), nil),
    ] as [(String, [UInt8]?)])
  func ssidsAreBytes(_ printed: String, _ ssid: [UInt8]?) {
    #expect(SupplicantValue.ssid(bytes(printed)[...]) == ssid)
  }

  @Test func statusTakesOnlyWhatIsInForm() {
    let status = WifiStatus(
      status: bytes(
        "bssid=02:00:00:00:01:0g\nfreq=99999999999999999999\nssid=\\x\nwpa_state=COMPLETED\nip_address=1.2.3.256\nx\n=\n"
      ))
    #expect(status.state == .completed)
    #expect(status.bssid == nil && status.frequency == nil && status.ssid == nil && status.address == nil)
    #expect(WifiStatus(status: bytes("ssid=home\nwpa_state=COMPLETED")).state == .unknown, "a torn line does not count")
    #expect(WifiStatus(status: bytes("wpa_state=4WAY_HANDSHAKE\n")).state == .handshake)
    #expect(WifiStatus(status: bytes("ip_address=1.2.3\n")).address == nil)
    #expect(WifiStatus(status: bytes("ip_address=-1.2.3.4\n")).address == nil)
  }

  @Test func scanResults() {
    var lines = "bssid / frequency / signal level / flags / ssid\n"
    lines += "02:00:00:00:01:00\t2412\t-70\t[WPA2-PSK-CCMP][ESS]\tho\\tme\n"
    lines += "02:00:00:00:02:00\t5180\t-40\t[ESS]\t\n"
    lines += "02:00:00:00:03:00\t5180\t40\t[ESS]\ttoo loud\n"
    lines += "02:00:00:00:04:00\t5180\t-40\t[WPA2-PSK"
    let list = ScanList(scanResults: bytes(lines))
    #expect(
      list.entries == [
        // A driver that tells no such number: the network is there all the same.
        ScanEntry(
          bssid: bytes("02:00:00:00:03:00"), frequency: 5180, signal: nil, ssid: bytes("too loud"), security: .open),
        ScanEntry(bssid: bytes("02:00:00:00:02:00"), frequency: 5180, signal: -40, ssid: [], security: .open),
        ScanEntry(
          bssid: bytes("02:00:00:00:01:00"), frequency: 2412, signal: -70, ssid: bytes("ho\tme"), security: .wpa2),
      ])
    #expect(!list.isCutOff)
    let many = (0..<100).map { "02:00:00:00:01:\(10 + $0 % 90)\t2412\t-\(40 + $0)\t[ESS]\tx\n" }.joined()
    let strongest = (0..<64).map { Int64(-40 - $0) }
    #expect(ScanList(scanResults: bytes(many)).entries.map(\.signal) == strongest)
    let reversed = many.split(separator: "\n").reversed().joined(separator: "\n") + "\n"
    #expect(ScanList(scanResults: bytes(reversed)).entries.map(\.signal) == strongest)
  }

  /// 65 and 194 are what some drivers tell for a signal, -256 is what they tell for none.
  @Test func signalsThatCannotBeHideNoNetwork() {
    let lines = ["65", "194", "-256", "", "x", "-61"].map { "02:00:00:00:03:01\t2412\t\($0)\t[ESS]\tn\n" }.joined()
    #expect(ScanList(scanResults: bytes(lines)).entries.map(\.signal) == [nil, nil, nil, nil, nil, -61])
    let line = bytes(" :22\\:46\\:25\\:E7\\:5F\\:5D:2437 MHz:194:WPA2:61")
    #expect(NmcliNetwork(line[...], signal: nil)?.entry.signal == .some(nil))
    var status = WifiStatus()
    status.take(signalPoll: bytes("RSSI=65\nLINKSPEED=72\nNOISE=9999\n"))
    #expect(status.signal == nil)
  }

  @Test(arguments: [
    ("[WPA2-OWE-CCMP][ESS]", WifiSecurity.owe), ("[RSN-OWE-CCMP][ESS]", .owe),
    ("[WPA2-OWE-CCMP][OWE-TRANS][ESS]", .owe),
    ("[OWE-TRANS-OPEN][ESS]", .open), ("[ESS]", .open), ("", .open), ("[WPS][ESS]", .open),
    ("[WPA2-PSK-CCMP][ESS]", .wpa2),
    ("[WPA2-PSK+FT/PSK-CCMP-preauth][WPS][ESS]", .wpa2), ("[WPA2-SAE-CCMP][ESS]", .wpa3),
    ("[WPA2-SAE+FT/SAE-CCMP][SAE-H2E][ESS]", .wpa3), ("[WPA2-PSK+SAE-CCMP][ESS]", .mixed),
    ("[WPA-PSK-TKIP][WPA2-PSK-CCMP+TKIP][ESS]", .mixed), ("[WPA-PSK-TKIP][ESS]", .wpa), ("[WEP][ESS]", .wep),
    ("[WPA2-EAP-CCMP][ESS]", .enterprise), ("[WPA2-EAP-SUITE-B-192-GCMP-256][ESS]", .enterprise),
    ("[WPA2-FT/EAP-CCMP][ESS]", .enterprise), ("[WPA2-DPP-CCMP][ESS]", .other), ("[WPA2-None-CCMP][ESS]", .other),
  ])
  func securityHasItsName(_ flags: String, _ security: WifiSecurity) {
    #expect(WifiSecurity(flags: bytes(flags)[...]) == security)
  }

  @Test(arguments: [
    ("", WifiSecurity.open), ("OWE-TM", .open), ("OWE", .owe), ("WEP", .wep), ("WPA1", .wpa), ("WPA2", .wpa2),
    ("WPA3", .wpa3), ("WPA1 WPA2", .mixed), ("WPA2 WPA3", .mixed), ("WPA2 802.1X", .enterprise), ("WPA9", .other),
  ])
  func securityInNetworkManagersWords(_ words: String, _ security: WifiSecurity) {
    #expect(WifiSecurity(words: bytes(words)) == security)
  }

  /// The supplicant's reply ends with the last line that fits into 4 KiB.
  @Test func aFullReplyIsSaidToBeCutOff() {
    func list(_ count: Int, limit: Int) -> ScanList {
      var text = "bssid / frequency / signal level / flags / ssid\n"
      for index in 0..<count {
        let line =
          "02:00:00:00:01:\(10 + index)\t2412\t-\(40 + index)\t[WPA2-PSK-CCMP][WPS][ESS]\tneighbour-\(100 + index)\n"
        if text.utf8.count + line.utf8.count > limit { break }
        text += line
      }
      return ScanList(scanResults: bytes(text))
    }
    #expect(list(60, limit: 4_096).isCutOff)
    #expect(list(40, limit: 4_096).entries.count == 40 && !list(40, limit: 4_096).isCutOff)
    // One with more than an answer lists is cut off here.
    let many = (0..<65).map { "02:00:00:00:01:\(10 + $0)\t1\t-40\t\t\n" }.joined()
    #expect(ScanList(scanResults: bytes(many)).isCutOff)
    #expect(list(40, limit: 4_096).answer[binaryKey: "cut_off"] == .atom("false"))
  }
}

@Suite struct WifiQueries {
  @Test func statusAndSignal() {
    var supplicant = HealthySupplicant()
    var script = ScriptedSupplicant(.status)
    guard case .status(let status)? = script.run({ supplicant.answer($0, $1) }) else { Issue.record(); return }
    #expect(status.signal == -60)
    let expected = map(
      (binary("interface"), binary("wlan0")), (binary("state"), binary("completed")), (binary("ssid"), binary("home")),
      (binary("bssid"), binary("02:00:00:00:01:00")), (binary("freq"), 2412), (binary("rssi"), -60),
      (binary("ip"), binary("192.0.2.7")))
    #expect(status.answer(interface: bytes("wlan0"), lastRestart: nil, step: nil, now: script.now) == expected)
  }

  @Test func statusWithoutASupplicantComesAtOnce() {
    var script = ScriptedSupplicant(.status)
    #expect(script.run(isThere: { _ in false }) { _, _ in [] } == .status(WifiStatus()))
    #expect(script.milliseconds == 0)
    script = ScriptedSupplicant(.status)
    #expect(script.run { _, _ in [] } == .status(WifiStatus()))
    #expect(script.milliseconds == 3_000)
  }

  static let results = "bssid / frequency\n02:00:00:00:01:00\t2412\t-70\t[ESS]\thome\n"

  @Test(arguments: ["OK\n", "FAIL-BUSY\n"])
  func scans(_ first: String) {
    var supplicant = HealthySupplicant()
    var script = ScriptedSupplicant(.scan)
    let result = script.run { command, now in
      switch command {
      case .scan: [(1, .say(first)), (900, .say("<3>CTRL-EVENT-SCAN-RESULTS "))]
      case .scanResults: [(1, .say(Self.results))]
      default: supplicant.answer(command, now)
      }
    }
    guard case .scan(let list)? = result else { Issue.record("\(String(describing: result))"); return }
    #expect(list.entries.map(\.ssid) == [bytes("home")])
    #expect(script.commands == [.attach, .scan, .scanResults])
    #expect((900...910).contains(script.milliseconds))
  }

  @Test func aLostEventCostsPatienceOnly() {
    var script = ScriptedSupplicant(.scan)
    let result = script.run { command, _ in [(1, .say(command == .scanResults ? Self.results : "OK\n"))] }
    guard case .scan? = result else { Issue.record("\(String(describing: result))"); return }
    #expect((8_000...8_010).contains(script.milliseconds))
  }

  /// The radio was busy: the supplicant tries again by itself, and says so.
  @Test func aScanThatTheSupplicantRetriesIsWaitedFor() {
    var script = ScriptedSupplicant(.scan)
    let result = script.run { command, _ in
      switch command {
      case .scan:
        [
          (1, .say("OK\n")), (50, .say("<3>CTRL-EVENT-SCAN-FAILED ret=-16 retry=1")),
          (1_050, .say("<3>CTRL-EVENT-SCAN-STARTED ")), (2_500, .say("<3>CTRL-EVENT-SCAN-RESULTS ")),
        ]
      case .scanResults: [(1, .say(Self.results))]
      default: [(1, .say("OK\n"))]
      }
    }
    guard case .scan(let list)? = result else { Issue.record("\(String(describing: result))"); return }
    #expect(list.entries.map(\.ssid) == [bytes("home")])
    #expect((2_500...2_510).contains(script.milliseconds))
  }

  /// An older supplicant gives up: it is asked again, as long as there is time.
  @Test func aBusyRadioIsAskedAgain() {
    var refusals = 3
    var script = ScriptedSupplicant(.scan)
    let answers: (SupplicantCommand, Int64) -> [(Int64, ScriptedSupplicant.Act)] = { command, _ in
      switch command {
      case .scan:
        refusals -= 1
        let event = refusals < 0 ? "<3>CTRL-EVENT-SCAN-RESULTS " : "<3>CTRL-EVENT-SCAN-FAILED ret=-16"
        return [(1, .say("OK\n")), (50, .say(event))]
      case .scanResults: return [(1, .say(Self.results))]
      default: return [(1, .say("OK\n"))]
      }
    }
    guard case .scan? = script.run(answers) else { Issue.record(); return }
    #expect(script.commands.filter { $0 == .scan }.count == 4 && script.milliseconds < 4_000)
    refusals = 1_000
    script = ScriptedSupplicant(.scan)
    #expect(script.run(answers) == WifiRestartTests.failed(.scan, .busy))
    #expect(script.milliseconds == 15_000)
    // Any other reason stays one.
    script = ScriptedSupplicant(.scan)
    let other = script.run { command, _ in
      [(1, .say("OK\n"))] + (command == .scan ? [(50, .say("<3>CTRL-EVENT-SCAN-FAILED ret=-22"))] : [])
    }
    #expect(other == WifiRestartTests.failed(.scan, .refused))
  }

  /// Nobody waits for what only an operator can mend.
  @Test(arguments: [WifiDialogue.Plan.status, .scan, WifiRestartTests.plan])
  func aSocketThatIsNotOursToOpenIsToldAtOnce(_ plan: WifiDialogue.Plan) {
    var script = ScriptedSupplicant(plan)
    let result = script.run(isForbidden: { _ in true }) { _, _ in [] }
    #expect(result == WifiRestartTests.failed(.reach, .notPermitted) && script.milliseconds == 0)
    let reason = text(WifiError(step: .reach, reason: .notPermitted).failure.reason)
    #expect(reason.hasPrefix("step_failed: reach: permission denied") && reason.contains("usermod -aG netdev peernet"))
  }

  /// A supplicant that was just started makes its socket before it lets its group in.
  @Test func afterARestartOfTheSupplicantTheSocketMayBeClosedForAMoment() {
    var supplicant = HealthySupplicant(comesBack: false)
    var script = ScriptedSupplicant(WifiRestartTests.plan)
    let result = script.run(
      isForbidden: { now in supplicant.terminatedAt.map { now < $0 + 2_000 } ?? false }
    ) { supplicant.answer($0, $1) }
    guard case .restarted? = result else { Issue.record("\(String(describing: result))"); return }
  }

  @Test func scanFailures() {
    var script = ScriptedSupplicant(.scan)
    #expect(
      script.run { command, _ in [(1, .say(command == .scan ? "FAIL\n" : "OK\n"))] }
        == WifiRestartTests.failed(.scan, .refused))
    script = ScriptedSupplicant(.scan)
    #expect(script.run(isThere: { _ in false }) { _, _ in [] } == WifiRestartTests.failed(.reach, .absent))
    script = ScriptedSupplicant(.scan)
    #expect(script.run { _, _ in [] } == WifiRestartTests.failed(.reach, .silent))
    #expect(script.milliseconds == 15_000)
  }

  @Test func theLastRestartIsTold() {
    let start = Instant(nanoseconds: 7_000_000_000)
    var record = RestartRecord(at: 1_700_000_000, startedAt: start, by: bytes("0123456789abcdef"))
    let head: [(Term, Term)] = [
      (binary("at"), 1_700_000_000), (binary("ago"), 42), (binary("by"), binary("0123456789abcdef")),
    ]
    func told(_ pairs: [(Term, Term)], step: WifiError.Step? = nil) -> Bool {
      record.term(now: start + .milliseconds(42_900), step: step) == .map((head + pairs).map { MapPair($0.0, $0.1) })
    }
    #expect(told([(binary("outcome"), binary("running")), (binary("step"), binary("associate"))], step: .associate))
    record.outcome = .succeeded(WifiRestart.Success(way: .respawn, status: WifiStatus(), took: .milliseconds(4321)))
    #expect(
      told([(binary("outcome"), binary("ok")), (binary("way"), binary("respawn")), (binary("took_ms"), .integer(4321))])
    )
    record.outcome = .failed(WifiError(step: .associate, reason: .wrongKey))
    #expect(
      told([
        (binary("outcome"), binary("failed")), (binary("step"), binary("associate")),
        (binary("reason"), binary("step_failed: associate: the access point refused the key")),
      ]))
  }
}
