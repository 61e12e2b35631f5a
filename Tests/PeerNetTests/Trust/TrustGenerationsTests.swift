import Testing

@testable import PeerNet

@Suite struct TrustGenerationsTests {
  private let one = utf8("peernet-trust 1\nO32AQ4HJXJQMNR7SSDUSVQZODVMLNRGFKEENSHNMRVYNFO2JKNJQ a\n")
  private let none = utf8("peernet-trust 1\n")
  private let torn = utf8("peernet-tr")

  @Test func theLastGoodListStaysInForce() {
    var trust = TrustGenerations()
    #expect(trust.load(.missing) == .unchanged, "never written is no failure")
    #expect(trust.load(.bytes(one)) == .replaced)
    #expect(trust.generation == 1)
    let header = TrustGenerations.Failure.malformed(TrustListError(line: 1, column: 1, reason: .header))
    #expect(trust.load(.bytes(torn)) == .kept(header))
    #expect(trust.load(.bytes(torn)) == .unchanged, "reported once")
    #expect(trust.failure == header)
    #expect(trust.current.serialize() == one)
    #expect(trust.load(.bytes([])) == .unchanged, "an emptied file fails the same way")
    #expect(trust.load(.missing) == .kept(.vanished))
    #expect(trust.load(.unreadable(13)) == .kept(.unreadable(13)))
    #expect(trust.current.entries.count == 1)
    #expect(trust.load(.bytes(one)) == .unchanged)
    #expect(trust.failure == nil)
    #expect(trust.load(.bytes(torn)) == .kept(header), "a new failure after a good read is news")
    #expect(trust.load(.bytes(none)) == .replaced)
    #expect(trust.current.entries.isEmpty)
    #expect(trust.generation == 2)
  }

  @Test func behindItStandsWhatWasProvisioned() throws {
    var trust = TrustGenerations(provisioned: try TrustList.parse(one))
    #expect(trust.load(.bytes(torn)) != .replaced)
    #expect(trust.current.serialize() == one)
    #expect(trust.load(.missing) == .unchanged)
  }
}
