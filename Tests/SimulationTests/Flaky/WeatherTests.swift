import PeerNet
import Seeds
import Testing
import VirtualNetwork

@Suite struct WeatherTests {
  private static func travel(_ weather: Weather, direction: UInt64 = 0, count: Int = 100_000) -> [TimeSpan?] {
    var path = Path(weather, link: 5, direction: direction)
    return (0..<count).map { path.travel(at: .zero + .milliseconds(Int64($0) * 10)) }
  }

  @Test func lossAndDelayAreAsAsked() {
    let packets = Self.travel(.lossyAndSlow)
    let arrived = packets.compactMap(\.self)
    #expect((0.195...0.205).contains(1 - Double(arrived.count) / Double(packets.count)))
    let mean = arrived.reduce(.zero, +) / Int64(arrived.count)
    #expect((148...152).contains(mean.milliseconds))
    #expect(arrived.allSatisfy { $0 >= Weather.lossyAndSlow.delay })
  }

  /// Two seconds in 22 are bad, and losses come in a row.
  @Test func badTimesCome() {
    let packets = Self.travel(.edge, count: 1_000_000)
    let share = Double(packets.count { $0 == nil }) / Double(packets.count)
    let expected = (20 * 0.05 + 2 * 0.8) / 22
    #expect(abs(share - expected) < 0.02, "\(share)")
    let afterLoss = zip(packets, packets.dropFirst()).filter { $0.0 == nil }
    #expect(Double(afterLoss.count { $0.1 == nil }) / Double(afterLoss.count) > 0.4)
  }

  /// New weather is not spoiled by the bad time that the old one was in.
  @Test func theWeatherClearsUp() {
    for seed in 1...50 as ClosedRange<UInt64> {
      var path = Path(.edge, link: seed, direction: 0)
      _ = path.travel(at: .zero)
      _ = path.travel(at: .zero + .seconds(1_000))
      path.weather = .clear
      #expect(path.travel(at: .zero + .seconds(1_001)) != nil, "\(seed)")
    }
  }

  @Test func bothDirectionsFallSilentTogetherOnceAMinute() {
    let ways = (0..<2).map { Self.travel(.bursts, direction: $0, count: 60_000).map { $0 == nil } }
    #expect(ways[0] == ways[1])
    for minute in 0..<10 {
      #expect(ways[0][(minute * 6_000)..<((minute + 1) * 6_000)].count { $0 } == 300)
    }
  }

  @Test func theSeedDecidesAll() {
    #expect(Self.travel(.edge) == Self.travel(.edge))
    #expect(Self.travel(.edge) != Self.travel(.edge, direction: 1))
  }

  @Test func theAgendaKeepsOrder() {
    var agenda = Agenda<Int>()
    var dice = SeededGenerator(seed: 1)
    for index in 0..<1_000 { agenda.add(index, at: .zero + .nanoseconds(Int64(dice.next() % 50))) }
    var last = (at: Instant.zero, index: -1)
    for _ in 0..<1_000 {
      let at = agenda.next
      let index = agenda.take(dueAt: at)!
      #expect(at > last.at || (at == last.at && index > last.index))
      last = (at, index)
    }
    #expect(agenda.next == .distantFuture)
  }
}
