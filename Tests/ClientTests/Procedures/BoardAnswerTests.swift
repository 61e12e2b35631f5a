import ETF
import PeerNetClient
import Testing

/// Answers of boards that are older, newer or odder than this library.
@Suite struct BoardAnswerTests {
  private func read<Value: TermConvertible>(_ text: String, as type: Value.Type = Value.self) throws -> Value {
    try Value(term: Term(text: text))
  }

  @Test func whatALaterAgentAddsIsIgnoredAndWhatIsMissingIsNil() throws {
    let status: Device.Wifi.Status = try read(
      """
      #{<<"state">> => <<"meditating">>, <<"band">> => 6, <<"ssid">> => <<255,0>>,
        <<"last_restart">> => #{<<"ago">> => 3, <<"outcome">> => <<"postponed">>, <<"until">> => {date, 2031}}}
      """)
    #expect(status.state.rawValue == "meditating" && status.state != .completed)
    #expect(status.ssid?.bytes == [255, 0] && status.ssid?.description == "\u{FFFD}\0")
    #expect(status.lastRestart?.outcome.rawValue == "postponed" && status.lastRestart?.ago == 3)
    #expect(status.interface == nil && status.signal == nil && status.lastRestart?.way == nil)

    let info: Device.System.Info = try read("#{<<\"load\">> => [0, 0.5, 1], <<\"agent\">> => #{}, <<\"gpu\">> => true}")
    #expect(info.load == [0, 0.5, 1] && info.agent?.version == nil && info.board == nil && info.hostname == nil)
    let line: Device.GPIO.Line = try read("#{label => <<\"x\">>, direction => <<\"both\">>}")
    #expect(line.direction.rawValue == "both" && line.isActiveLow == nil && line.description == nil)
    let plan: Device.System.PowerPlan = try read(
      "#{action => <<\"reboot\">>, delay => 1, dry_run => true, steps => [], why => <<\"\">>}")
    #expect(plan.isDryRun && plan.initSystem == nil)
    let network: Device.Wifi.Network = try read("#{ssid => <<>>, bssid => <<\"02:00:00:00:00:01\">>}")
    #expect(network.ssid.bytes.isEmpty && network.security == nil)
  }

  @Test func linesThatCouldNotBeRead() throws {
    let levels: Device.GPIO.Levels = try read(
      "#{<<\"values\">> => #{<<\"a\">> => 1, <<\"b\">> => 0}, <<\"problems\">> => #{<<\"c\">> => <<\"unavailable: gone\">>}}"
    )
    #expect(levels["a"] == true && levels["b"] == false && levels["c"] == nil)
    #expect(levels.problems == ["c": "unavailable: gone"])
    #expect(try Device.GPIO.Levels(term: levels.term) == levels)
    let error = #expect(throws: TermConversionError.self) {
      try read("#{values => #{a => on}}", as: Device.GPIO.Levels.self)
    }
    #expect(error?.description == "at values.a: expected an integer, got an atom")
  }

  @Test func aRestartInEitherAnswer() throws {
    let own: Device.Wifi.Restart = try read(
      "#{state => <<\"completed\">>, way => <<\"respawn\">>, took_ms => 2100, joined => true}")
    #expect(own.way == .respawn && own.took == 2100 && own.joined && own.status.state == .completed)
    #expect(try Device.Wifi.Restart(term: own.term) == own)
    let later: Device.Wifi.Restart = try read(
      "#{state => <<\"completed\">>, last_restart => #{ago => 1, outcome => <<\"ok\">>, way => <<\"reconfigure\">>, took_ms => 7}}"
    )
    #expect(later.way == .reconfigure && later.took == 7 && !later.joined)
  }

  @Test func nonsenseIsAnErrorOfItsPlace() throws {
    #expect(throws: TermConversionError.self) { try read("ok", as: Device.Wifi.Status.self) }
    #expect(throws: TermConversionError(expected: "State", found: "nothing", path: [.key("state")])) {
      try read("#{}", as: Device.Wifi.Status.self)
    }
    #expect(throws: TermConversionError(expected: "a number", found: "an atom", path: [.key("load"), .index(1)])) {
      try read("#{load => [1, high]}", as: Device.System.Info.self)
    }
  }
}
