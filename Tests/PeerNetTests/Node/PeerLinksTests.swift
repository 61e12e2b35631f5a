import Sodium
import Testing

@testable import PeerNet

/// What one peer's links decide, in virtual time and without a node.
@Suite struct PeerLinksTests {
  private static let addresses = [1, 2].map { Endpoint(ipv4: 0x0a00_0000 + $0, port: 7_000) }

  // MARK: Dialling

  /// One address after the other, each beside the attempts under way, then once more where nobody answered.
  @Test func aRoundGoesThroughAllAddresses() {
    let links = LinksFixture(pinning: Self.addresses)
    var dialled: [Endpoint] = []
    for _ in 0..<3 {
      guard let endpoint = links.takeDial() else { break }
      dialled.append(endpoint)
      _ = links.dial(at: endpoint)
      #expect(links.takeDial() == nil, "before it is due")
      links.now = links.now + links.limits.dialStagger
    }
    #expect(dialled == Self.addresses + [Self.addresses[0]])
    #expect(links.wait() == nil && links.takeDial() == nil, "no more attempts at once")
  }

  @Test func aRoundThatFailedIsFollowedByAnother() throws {
    let links = LinksFixture(pinning: [Self.addresses[0]])
    let endpoint = try #require(links.takeDial())
    links.end(links.dial(at: endpoint), .refused)
    #expect(links.wait() == .zero && links.takeDial() == nil, "the round is over")
    let wait = try #require(links.wait())
    #expect(wait > .zero && wait <= links.limits.redialFloor)
    #expect(links.peer.lastEnd?.reason == .refused)
    links.now = links.now + wait
    #expect(links.takeDial() == endpoint)
  }

  @Test func whomWeWantIsOurOwnDecision() {
    for (wish, expected) in [
      (PeerLinks.Wish.unsaid, [false, false, true]), (.connection, [false, true, true]),
      (.none, [false, false, false]),
    ] {
      let links = LinksFixture(pinning: Self.addresses)
      links.peer.wish = wish
      let policies: [PeerLinks.Policy] = [.none, .wanted, .all]
      #expect(policies.map { links.wait($0) != nil } == expected, "\(wish)")
    }
  }

  @Test func withoutAnAddressNothingIsDue() {
    let links = LinksFixture()
    #expect(links.wait() == nil && links.takeDial() == nil)
  }

  /// Who is connected is not dialled; who is suspect is, beside the connection.
  @Test func aSuspectIsMissed() throws {
    let links = LinksFixture(pinning: Self.addresses)
    let connection = links.open(.responder)
    #expect(links.wait() == nil)
    #expect(connection.open?.suspect(now: links.now) == true)
    #expect(links.wait() == .zero)
    _ = links.dial(at: try #require(links.takeDial()))
    #expect(connection.open?.relieve(now: links.now) == true)
    #expect(links.wait() == nil)
    #expect(links.peer.endRound(below: .two).count == 1, "the attempt has nothing left to win")
  }

  @Test func anAnswerTakesThePlaceOfAnAnnounce() {
    let links = LinksFixture()
    for place in 1...3 as ClosedRange<UInt32> {
      links.peer.candidates.hint(Endpoint(ipv4: 0x0a00_0000 + place, port: 1), now: links.now)
      guard let endpoint = links.takeDial() else { continue }
      _ = links.dial(at: endpoint)
      links.now = links.now + links.limits.dialStagger
    }
    #expect(links.peer.attempts.count == 3)
    #expect(links.peer.preferAnswer(links.limits, now: links.now)?.endpoint == Endpoint(ipv4: 0x0a00_0001, port: 1))
  }

  // MARK: Upgrade

  @Test func upgradesAreRare() {
    let links = LinksFixture()
    #expect(links.peer.takeUpgrade(links.limits, now: links.now))
    links.now = links.now + links.limits.redialCeiling - .nanoseconds(1)
    #expect(!links.peer.takeUpgrade(links.limits, now: links.now))
    links.now = links.now + .nanoseconds(1)
    #expect(links.peer.takeUpgrade(links.limits, now: links.now))
  }

  @Test func whatIsHeldBackServesWhenTheUpgradeFails() {
    let links = LinksFixture()
    let held = links.open(.initiator, .one)
    held.letIn(OpenConnection(links.peer, .nothing(connected: links.now), now: links.now))
    held.open?.hear(evidence: true)
    let upgrade = links.dial(.two, for: .upgrade)
    #expect(links.peer.isUpgraded && !held.isHeard && links.peer.best == nil)
    links.end(upgrade, .refused)
    #expect(!links.peer.isUpgraded)
    links.peer.stayOnWireOne()
    #expect(held.isHeard && links.peer.best === held)
  }

  // MARK: Duplicates

  /// Both ends decide alike which of two crossed dials stays.
  @Test func bothEndsSettleOnTheSameConnection() {
    for newest in [Session.Role.initiator, .responder] {
      // One end's dial is the other end's accept; the first end has the lower key.
      let ends = [(1, 2, newest), (2, 1, newest == .initiator ? Session.Role.responder : .initiator)].map {
        (ours: UInt64, theirs: UInt64, role: Session.Role) -> (stays: Session.Role, isContested: Bool) in
        let links = LinksFixture(ours: ours, theirs: theirs)
        let older = links.open(role == .initiator ? .responder : .initiator)
        let newer = links.open(role)
        switch links.peer.verdict(on: older, beside: newer, ours: links.ours) {
        case .stays: return (role, false)
        case .retires: return (newer.role, false)
        case .isContested: return (older.role, true)
        }
      }
      #expect(ends[0].stays == .initiator && ends[1].stays == .responder, "the dial of the lower key stays")
      #expect(ends.allSatisfy { $0.isContested == (newest == .responder) }, "an older one must show that it lives")
    }
  }

  @Test func theBetterWireWins() {
    let links = LinksFixture()
    let old = links.open(.initiator, .one)
    let new = links.open(.initiator, .two)
    #expect(links.peer.verdict(on: old, beside: new, ours: links.ours) == .retires)
    #expect(links.peer.verdict(on: new, beside: old, ours: links.ours) == .stays)
    #expect(links.peer.verdict(on: new, beside: new, ours: links.ours) == .stays)
    #expect(links.peer.best === new)
  }

  /// A call takes what is neither suspect nor about to go, then PeerNet/2, then the newest.
  @Test func theBestConnectionServes() {
    let links = LinksFixture()
    let first = links.open(.responder, .one)
    #expect(links.peer.best === first)
    let second = links.open(.responder, .two)
    #expect(links.peer.best === second)
    _ = second.open?.suspect(now: links.now)
    #expect(links.peer.best === first)
    let third = links.open(.responder, .one)
    #expect(links.peer.best === third)
  }

  // MARK: Its share

  @Test func aTurnIsUsedUpAndBeginsAnew() {
    let links = LinksFixture()
    #expect(links.peer.hasTurn(1, of: 100))
    links.peer.spend(100)
    #expect(!links.peer.hasTurn(1, of: 100) && links.peer.wasServed(in: 1))
    #expect(links.peer.hasTurn(2, of: 100))
  }

  @Test func whoHoldsTheMostGoesFirst() {
    let links = LinksFixture()
    let connections = [10, 30, 20].map { bytes in
      let connection = links.open(.responder)
      connection.open?.countedBytes = bytes
      return connection
    }
    #expect(links.peer.largest(above: 60) == nil)
    #expect(links.peer.largest(above: 59) === connections[1])
  }
}
