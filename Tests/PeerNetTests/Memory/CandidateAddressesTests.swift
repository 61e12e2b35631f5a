import Seeds
import TestKit
import Testing

@testable import PeerNet

private let start = Instant(nanoseconds: 1_000_000_000_000)
private func address(_ number: UInt32) -> Endpoint { Endpoint(ipv4: 0x0a00_0000 + number, port: 4_040) }

extension CandidateAddresses {
  /// One round in which every dial fails.
  fileprivate mutating func failingRound() -> [Endpoint] {
    beginRound()
    var tried: [Endpoint] = []
    while let next = next() {
      tried.append(next)
      fail(next)
    }
    return tried
  }
}

@Suite struct CandidateAddressesTests {
  @Test func provenThenManualThenHints() {
    var addresses = CandidateAddresses(remembered: [address(1), address(2)], now: start)
    addresses.hint(address(30), now: start)
    addresses.pin(address(20), now: start)
    addresses.hint(address(31), now: start)
    #expect(addresses.endpoints == [1, 2, 20, 30, 31].map(address))
    addresses.prove(address(31), now: start)
    #expect(addresses.endpoints == [31, 1, 2, 20, 30].map(address))
    addresses.prove(address(2), now: start)
    #expect(addresses.proven == [2, 31, 1].map(address))
    addresses.pin(address(2), now: start)
    #expect(addresses.standing(of: address(2)) == .proven)
    addresses.pin(address(30), now: start)
    #expect(addresses.standing(of: address(30)) == .manual)
  }

  @Test func theFullEndpointIsTheAddress() {
    var addresses = CandidateAddresses(remembered: [address(1)], now: start)
    holds(addresses.hint(address(1).with(port: 9), now: start))
    #expect(addresses.endpoints == [address(1), address(1).with(port: 9)])
    holds(!addresses.hint(address(1).with(port: 0), now: start), "cannot be dialled")
  }

  @Test func aFloodOfHintsMovesNothingThatIsProven() {
    var addresses = CandidateAddresses(remembered: (1...4).map(address), now: start)
    addresses.pin(address(20), now: start)
    addresses.pin(address(21), now: start)
    addresses.pin(address(22), now: start)
    let firm = [1, 2, 3, 4, 20, 21].map(address)
    #expect(addresses.endpoints == firm)
    for number in 100..<10_000 {
      addresses.hint(address(UInt32(number)), now: start)
      addresses.hint(address(UInt32(1 + number % 4)), now: start)
      if number % 3 == 0, let next = addresses.next() { addresses.fail(next) }
      if number % 50 == 0 { addresses.beginRound() }
      #expect(addresses.endpoints.count <= CandidateAddresses.maximumCount)
    }
    #expect(Array(addresses.endpoints.prefix(6)) == firm)
    #expect(addresses.endpoints.count == 8, "and two places stay for hints")
  }

  @Test func aRoundTriesEachOnceAndFailedHintsLast() {
    var addresses = CandidateAddresses(remembered: [address(1)], now: start)
    for number in 10..<13 as Range<UInt32> { addresses.hint(address(number), now: start) }
    addresses.beginRound()
    holds(addresses.next() == address(1))
    addresses.fail(address(1))
    holds(addresses.next() == address(10))
    addresses.fail(address(10))
    #expect(addresses.endpoints == [1, 11, 12, 10].map(address))
    holds(addresses.hint(address(13), now: start), "joins the round, before the failed one")
    holds(addresses.next() == address(11))
    holds(addresses.next() == address(12))
    holds(addresses.next() == address(13))
    holds(addresses.next() == nil)
    addresses.beginRound()
    holds(addresses.next() == address(1), "a proven address is first however often it failed")
  }

  /// A hint a dial: without a bound on the round, the proven address would never get its turn again.
  @Test func hintsCannotProlongARound() {
    var addresses = CandidateAddresses(remembered: [address(1)], now: start)
    addresses.beginRound()
    var tries = 0
    while let next = addresses.next(), tries < 1_000 {
      tries += 1
      addresses.fail(next)
      addresses.hint(address(UInt32(100 + tries)), now: start)
      addresses.hint(address(UInt32(10_000 + tries)), now: start)
    }
    #expect(tries == CandidateAddresses.maximumCount)
    addresses.beginRound()
    holds(addresses.next() == address(1))
  }

  @Test func untriedHintsKeepTheirPlaceAndFailedOnesMakeIt() {
    var addresses = CandidateAddresses(now: start)
    for number in 0..<8 as Range<UInt32> { holds(addresses.hint(address(number + 1), now: start)) }
    holds(!addresses.hint(address(50), now: start))
    _ = addresses.failingRound()
    addresses.fail(address(3))
    holds(addresses.hint(address(50), now: start))
    #expect(addresses.standing(of: address(3)) == nil, "it failed most often")
    #expect(addresses.endpoints.first == address(50))
  }

  @Test func anAnswerGoesBeforeWhatWasAnnounced() {
    var addresses = CandidateAddresses(remembered: [address(1)], now: start)
    for number in 0..<20 as Range<UInt32> { addresses.hint(address(number + 100), now: start) }
    addresses.beginRound()
    while addresses.next() != nil {}
    // Although the list is full of what has not failed yet, and the round is over.
    holds(addresses.hint(address(50), answer: true, now: start))
    holds(addresses.next() == address(50))
    #expect(addresses.endpoints.count == CandidateAddresses.maximumCount)
    #expect(Array(addresses.endpoints.prefix(2)) == [1, 50].map(address))
    // What was announced before and is answered now.
    let announced = addresses.endpoints[7]
    holds(!addresses.hint(announced, answer: true, now: start), "it is tried already")
    #expect(addresses.standing(of: announced) == .answer)
    holds(!addresses.hint(address(1), answer: true, now: start))
    #expect(addresses.standing(of: address(1)) == .proven)
  }

  /// Whoever has heard our question can answer it as often as he likes.
  @Test func answersAreBoundedAsWell() {
    var addresses = CandidateAddresses(remembered: [address(1)], now: start)
    addresses.beginRound()
    var tries = 0
    while let next = addresses.next(), tries < 1_000 {
      tries += 1
      addresses.fail(next)
      for number in [1_000 + tries, 2_000 + tries] { addresses.hint(address(UInt32(number)), answer: true, now: start) }
    }
    #expect(tries == CandidateAddresses.maximumCount + CandidateAddresses.maximumLateAnswers)
    for number in 10..<100 as Range<UInt32> { addresses.hint(address(number), answer: true, now: start) }
    #expect(addresses.endpoints.count == CandidateAddresses.maximumCount && addresses.endpoints[0] == address(1))
    addresses.beginRound()
    holds(addresses.next() == address(1))
  }

  @Test func whatWasNotSaidForLongIsNewsAgain() {
    var addresses = CandidateAddresses(remembered: [address(1)], now: start)
    holds(!addresses.hint(address(1), now: start + .seconds(60)))
    holds(addresses.hint(address(1), now: start + .seconds(121)))
    holds(!addresses.hint(address(1), now: start + .seconds(122)))
    #expect(addresses.standing(of: address(1)) == .proven)
  }

  @Test func hintsThatNobodyRepeatsAgeOut() {
    var addresses = CandidateAddresses(remembered: [address(1)], now: start)
    addresses.pin(address(2), now: start)
    addresses.hint(address(3), now: start)
    addresses.hint(address(4), now: start)
    addresses.hint(address(4), now: start + .seconds(30))
    addresses.expire(now: start + .seconds(61))
    #expect(addresses.endpoints == [1, 2, 4].map(address))
    addresses.expire(now: start + .seconds(3_600))
    #expect(addresses.endpoints == [1, 2].map(address))
  }

  @Test func anyOrderOfEventsKeepsTheInvariants() {
    var random = SeededGenerator(seed: 6)
    for _ in 0..<200 {
      var addresses = CandidateAddresses(now: start)
      var lastProven: Endpoint?
      var now = start
      for _ in 0..<200 {
        let endpoint = address(UInt32.random(in: 1...24, using: &random))
        switch Int.random(in: 0..<12, using: &random) {
        case 0:
          addresses.prove(endpoint, now: now)
          lastProven = endpoint
        case 1: addresses.pin(endpoint, now: now)
        case 2...4: addresses.hint(endpoint, now: now)
        case 5, 6: addresses.hint(endpoint, answer: true, now: now)
        case 7: addresses.fail(endpoint)
        case 8: addresses.beginRound()
        case 9: _ = addresses.next()
        case 10: now = now + .seconds(Int64.random(in: 0...40, using: &random))
        default: addresses.expire(now: now)
        }
        let standings = addresses.endpoints.map { addresses.standing(of: $0)!.rawValue }
        #expect(standings == standings.sorted())
        #expect(Set(addresses.endpoints).count == addresses.endpoints.count)
        #expect(addresses.endpoints.count <= 8 && addresses.proven.count <= 4)
        #expect(addresses.endpoints.count { addresses.standing(of: $0) == .manual } <= 2)
        #expect(addresses.proven.first == lastProven)
      }
    }
  }
}
