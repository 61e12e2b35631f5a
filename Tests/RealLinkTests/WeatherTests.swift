import PeerNet
import PeerNetClient
import Programs
import RealLinks
import Testing
import VirtualNetwork

/// Links that live, well or badly.
@Suite(.enabled(if: Privileges.areRoot)) struct WeatherTests {
  @Test func aCleanLinkIsDiscoveredAndCalled() async throws {
    let lan = try await FlakyLan(seed: 10)
    let person = try await FieldCommandLine(on: lan)
    let entry = TrustEntry(
      key: person.key, label: Array("operator".utf8), grants: Grants(text: Array("system.*".utf8))!)
    let board = try await FieldBoard.start(on: lan, trusting: [entry])
    let key = "\(board.key)"
    #expect(try await person.run("pair", key, "greenhouse").status == 0)
    let seen = try await person.run("discover", "--for", "6")
    #expect(seen.output.contains("\(FlakyLan.address(FlakyLan.host(ofBoard: 0))):\(FieldBoard.port)"), "\(seen)")
    let info = try await person.run("info", "greenhouse", "--timeout", "30")
    #expect(info.status == 0 && info.output.contains("board.simulated   true"), "\(info)")
    // What the link swallows is told: 69, in the time that was given.
    lan.forwarder.change(0) { $0.setBlackHole(true) }
    let lost = try await person.run("info", "greenhouse", "--timeout", "2")
    #expect(lost.status == 69 && lost.output.isEmpty, "\(lost)")
    #expect(try await board.stop())
  }

  @Test func callsAreAnsweredWhereThirtyPercentAreLost() async throws {
    try await answersCalls(Weather(roundTrip: .milliseconds(20), loss: 0.3), seed: 11)
  }

  @Test func callsAreAnsweredWhereOneDirectionIsBad() async throws {
    let scene = try await Scene(seed: 12)
    scene.lan.forwarder.change(0) { $0.up.weather = Weather(roundTrip: .milliseconds(20), loss: 0.4) }
    for _ in 0..<30 { try await scene.answer() }
    let traffic = scene.lan.forwarder.traffic(of: 0)
    report("30 calls were answered although \(traffic.lost) of \(traffic.frames) frames were lost")
    #expect(traffic.lost > 0)
    try await scene.close()
  }

  @Test func threeSecondsOfSilenceInterruptNothing() async throws {
    let scene = try await Scene(seed: 13)
    for _ in 0..<3 {
      try await scene.answer()
      scene.lan.forwarder.change(0) { $0.setBlackHole(true) }
      try await Task.sleep(for: .seconds(3))
      scene.lan.forwarder.change(0) { $0.setBlackHole(false) }
      try await scene.answer()
      // Idle time, in which a heartbeat would find out too late that all is well.
      try await Task.sleep(for: .seconds(3))
    }
    #expect(!scene.wasInterrupted, "\(scene.board.log)")
    try await scene.close()
  }

  private func answersCalls(_ weather: Weather, seed: UInt64) async throws {
    let scene = try await Scene(weather, seed: seed)
    var slowest = Duration.zero
    for _ in 0..<10 { slowest = max(slowest, try await scene.answer()) }
    report("of ten calls at \(Int(weather.loss * 100)) % loss the slowest took \(slowest.text)")
    #expect(scene.lan.forwarder.traffic(of: 0).lost > 0)
    try await scene.close()
  }
}
