import PeerNet
import Testing
import VirtualNetwork

@testable import FlakyLinks

/// What the profiles promise, on the simulator's links, with the product's own `Liveness`. `make flaky` does the same for
/// 10,000 hours a number.
@Suite struct ProfileTests {
  private static let seed: UInt64 = 1
  private static func quantile(_ share: Double, _ times: [TimeSpan]) -> TimeSpan {
    Measurement.quantile(share, of: times)!
  }

  @Test func wifiNoticesAnIdleDeath() {
    let deaths = Measurement.deaths(.ours, .clear, hours: 150, seed: Self.seed)
    #expect(Self.quantile(0.5, deaths.suspected) <= .seconds(4))
    #expect(Self.quantile(0.99, deaths.suspected) <= .seconds(7))
    #expect(Self.quantile(0.5, deaths.declared) <= .seconds(7))
    #expect(Self.quantile(0.99, deaths.declared) <= .seconds(10))
    #expect(deaths.bytes <= 80_000 && deaths.wakeUps <= 1_500)
    #expect(deaths.falseAlarms == 0)
  }

  @Test func wifiNoticesADeathInLoss() {
    let deaths = Measurement.deaths(.ours, .lossyAndSlow, hours: 40, seed: Self.seed)
    #expect(Self.quantile(0.99, deaths.declared) <= .seconds(15))
    #expect(deaths.falseAlarms == 0)
  }

  @Test(arguments: [Weather.lossy, .lossyAndSlow, .bursts]) func wifiNeverCriesWolf(_ weather: Weather) {
    #expect(Measurement.life(.ours, weather, hours: 60, seed: Self.seed).falseAlarms == 0)
  }

  @Test func batteryKeepsItsBudget() {
    let deaths = Measurement.deaths(.oursOnBattery, .clear, hours: 100, seed: Self.seed)
    #expect(deaths.bytes <= 10_000 && deaths.wakeUps <= 180)
    #expect(Self.quantile(0.99, deaths.declared) <= .seconds(60))
    #expect(Measurement.life(.oursOnBattery, .lossy, hours: 60, seed: Self.seed).falseAlarms == 0)
  }

  /// Without probes TCP's own sleep cannot be told from death: only patience helps.
  @Test func withoutProbesPatienceHelps() {
    let deaths = Measurement.deaths(.oursWithoutProbes, .clear, hours: 20, seed: Self.seed)
    #expect(Self.quantile(0.99, deaths.suspected) <= .seconds(7))
    #expect(Self.quantile(0.99, deaths.declared) <= .seconds(47))
    #expect(Measurement.life(.oursWithoutProbes, .bursts, hours: 60, seed: Self.seed).falseAlarms == 0)
  }
}
