import Sodium
import Testing

@testable import PeerNet

@Suite struct SourceCountsTests {
  private static let start = Instant(nanoseconds: 1_000_000_000)

  private func counts(seed: UInt8 = 1) -> SourceCounts {
    var random = RandomStream(seed: [UInt8](repeating: seed, count: 32))
    return SourceCounts(random: &random, now: Self.start)
  }

  private func address(_ number: Int) -> Endpoint { Endpoint(ipv4: 0x0b00_0000 + UInt32(number), port: 1) }

  @Test func aSourceIsMoreConspicuousEachTimeThatItsNumberDoubles() {
    var counts = counts()
    var seen: [Int] = []
    for number in 0..<16 { seen.append(counts.add(address(1).with(port: UInt16(number)), now: Self.start)) }
    #expect(seen == [0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3])
    #expect(counts.add(address(2), now: Self.start) == 0)
    for _ in 0..<200_000 { _ = counts.add(address(1), now: Self.start) }
    #expect(counts.add(address(1), now: Self.start) == 14, "and no more than can be counted")
  }

  @Test func oneWhoHasAnAddressOfANetworkHasThemAll() {
    var counts = counts()
    var last = 0
    for number in 0..<64 as Range<UInt64> {
      last = counts.add(Endpoint(high: 0x2001_0db8_0000_0001, low: number << 40, port: 1), now: Self.start)
    }
    #expect(last == 5)
    #expect(counts.add(Endpoint(high: 0x2001_0db8_0000_0002, low: 0, port: 1), now: Self.start) == 0)
    for number in 0..<250 { #expect(counts.add(address(number), now: Self.start) == 0) }
  }

  @Test func whatIsLongPastCountsNoMore() {
    var counts = counts()
    for _ in 0..<63 { _ = counts.add(address(1), now: Self.start) }
    #expect(counts.add(address(1), now: Self.start + .seconds(7)) == 5)
    #expect(counts.add(address(1), now: Self.start + .seconds(9)) == 4)
    #expect(counts.add(address(1), now: Self.start + .seconds(60)) == 0)
    #expect(counts.add(address(1), now: .distantFuture) == 0)
  }

  @Test func whatHasProvenItselfIsTakenBack() {
    var counts = counts()
    for _ in 0..<100 {
      #expect(counts.add(address(1), now: Self.start) == 0)
      counts.takeBack(address(1))
    }
    counts.takeBack(address(1))
    #expect(counts.add(address(1), now: Self.start) == 0)
  }

  /// Of a thousand newcomers few look like one of 250 that come all the time.
  @Test func newcomersAreSeldomMistaken() {
    for seed in 0..<8 as Range<UInt8> {
      var counts = counts(seed: seed)
      for number in 0..<25_000 { _ = counts.add(address(number % 250), now: Self.start) }
      let mistaken = (0..<1_000).count { counts.add(address(10_000 + $0 * 7_919), now: Self.start) > 2 }
      #expect(mistaken < 20, "\(mistaken)")
    }
  }
}
