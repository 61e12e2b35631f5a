import Sodium
import Testing

@testable import PeerNet

/// One connection's states, in virtual time and without bytes.
@Suite struct ConnectionTests {
  // MARK: Until the peer is let in

  @Test func aDialHasADeadlineInEachState() {
    let links = LinksFixture()
    let connection = links.dial()
    #expect(connection.isUnanswered && connection.deadline == links.now + links.limits.dialDeadline)
    links.now = links.now + .seconds(1)
    #expect(connection.connected(now: links.now, links.limits))
    #expect(!connection.isUnanswered && connection.deadline == links.now + links.limits.handshakeDeadline)
    #expect(!connection.connected(now: links.now, links.limits), "only once")
    connection.close()
    #expect(connection.isClosed && connection.deadline == .distantFuture)
    #expect(!connection.connected(now: links.now, links.limits), "never again")
  }

  @Test func anUpgradeIsNoUnansweredDial() {
    let connection = LinksFixture().dial(.two, for: .upgrade)
    #expect(connection.isUpgrade && !connection.isUnanswered)
  }

  /// Right behind M3 on PeerNet/2, but on PeerNet/1 only after the peer was heard.
  @Test(arguments: [Wire.one, .two]) func whenCallsMayBegin(wire: Wire) {
    let links = LinksFixture()
    let connection = links.dial(wire)
    connection.letIn(OpenConnection(links.peer, .nothing(connected: links.now), now: links.now))
    #expect(!connection.isHeard && connection.isUsable == (wire == .two))
    connection.open?.hear(evidence: false)
    #expect(connection.isHeard && connection.isUsable)
  }

  /// Whoever closes within the handshake's time and was never heard has most likely refused us.
  @Test func beingTurnedAway() {
    let links = LinksFixture()
    let connection = links.dial(.one)
    connection.letIn(OpenConnection(links.peer, .nothing(connected: links.now), now: links.now))
    #expect(connection.isTurnedAway(now: links.now + .seconds(1), links.limits))
    #expect(!connection.isTurnedAway(now: links.now + links.limits.handshakeDeadline, links.limits))
    connection.open?.hear(evidence: false)
    #expect(!connection.isTurnedAway(now: links.now + .seconds(1), links.limits))
  }

  // MARK: Standing

  @Test func aSuspectThatIsHeardIsReliableAgain() throws {
    let links = LinksFixture()
    let open = try #require(links.open(.responder).open)
    let later = links.now + .seconds(3)
    #expect(open.suspect(now: later) && !open.suspect(now: later + .seconds(1)), "once")
    #expect(open.standing.isSuspect && open.standingSince == later)
    #expect(open.relieve(now: later + .seconds(2)) == true)
    #expect(open.standing.isReliable && open.standingSince == later + .seconds(2))
    #expect(open.relieve(now: later) == nil, "nothing to relieve")
  }

  /// Being heard is no proof that the other direction works; the answer that was asked for is.
  @Test func whatHasToBeProven() throws {
    let links = LinksFixture()
    let open = try #require(links.open(.responder).open)
    #expect(open.doubt() && !open.doubt())
    open.demand(.asked([1]))
    #expect(open.relieve(now: links.now) == nil && !open.standing.isReliable)
    #expect(open.suspect(now: links.now) && open.proof == .asked([1]), "silence does not settle it")
    open.demand(.none)
    #expect(open.relieve(now: links.now) == true)
    open.demand(.wanted)
    #expect(open.standing.isReliable, "a reliable one has nothing to prove")
  }

  // MARK: Course

  private static func rivals(_ wire: Wire = .two) -> (LinksFixture, loser: Connection, winner: Connection) {
    let links = LinksFixture()
    return (links, links.open(.responder, wire), links.open(.initiator, wire))
  }

  private static func step(_ connection: Connection) -> OpenConnection.Step? {
    connection.open?.nextStep(connection.wire, isIdle: connection.isIdle)
  }

  @Test func aLoserGoesWhenTheWinnerHasAnsweredAndNothingIsLeft() throws {
    let (links, loser, winner) = Self.rivals()
    let open = try #require(loser.open)
    open.requests = 1
    let retirement = Retirement(winner: winner, deadline: links.now + links.limits.retirement)
    #expect(open.retire(retirement) && !open.retire(retirement))
    #expect(loser.deadline == retirement.deadline && Self.step(loser) == nil)
    winner.open?.hearAnswer()
    #expect(Self.step(loser) == nil, "something is under way")
    open.requests = 0
    #expect(Self.step(loser) == .sayBye)
    open.takeLeave()
    #expect(open.isLeaving && open.hasTakenLeave && !loser.isHeard && Self.step(loser) == nil)
    open.dismiss()
    #expect(Self.step(loser) == .close(.peerSaid(.superseded)))
  }

  /// PeerNet/1 has no word for it: the answer to a last ping stands behind whatever the peer had said.
  @Test func onTheOlderWireALastPingSettlesIt() throws {
    let (links, loser, winner) = Self.rivals(.one)
    let open = try #require(loser.open)
    winner.open?.hearAnswer()
    _ = open.retire(Retirement(winner: winner, deadline: links.now))
    #expect(Self.step(loser) == .sendLastPing)
    open.noteLastPing([7])
    open.noteLastAnswer([8])
    #expect(Self.step(loser) == nil)
    open.noteLastAnswer([7])
    #expect(Self.step(loser) == .close(.superseded))
  }

  @Test func anOlderOneThatAnswersWins() throws {
    let (links, older, newer) = Self.rivals()
    let open = try #require(older.open)
    #expect(open.contest(Contest(nonce: [1], deadline: links.now + .seconds(2), rival: newer)))
    #expect(older.deadline == links.now + .seconds(2))
    #expect(open.withstand([2]) == nil)
    #expect(open.withstand([1]) === newer && older.deadline == .distantFuture)
  }

  /// The peer's word may come before our own decision. The connection then keeps the deadline of that decision, or it
  /// would never end if the peer did not close it.
  @Test func aDismissedOneThatAlsoLosesHasADeadline() throws {
    let (links, loser, winner) = Self.rivals()
    let open = try #require(loser.open)
    open.dismiss()
    #expect(open.retirement == nil && loser.deadline == .distantFuture)
    let retirement = Retirement(winner: winner, deadline: links.now + .seconds(60))
    #expect(open.retire(retirement) && !open.retire(retirement))
    #expect(open.retirement?.winner === winner && loser.deadline == retirement.deadline)
    #expect(open.isLeaving && !open.hasTakenLeave, "it was the peer who said so")
  }

  /// What had lost to a connection that is gone lives on, or has lost to whom that one had lost.
  @Test func heirs() throws {
    let (links, loser, winner) = Self.rivals()
    let heir = links.open(.initiator)
    let open = try #require(loser.open)
    _ = open.retire(Retirement(winner: winner, deadline: links.now + .seconds(60)))
    open.outlive(winner, heir: heir)
    #expect(open.retirement?.winner === heir && open.retirement?.deadline == links.now + .seconds(60))
    open.outlive(heir, heir: nil)
    #expect(open.retirement == nil && loser.deadline == .distantFuture)
    _ = open.retire(Retirement(winner: winner, deadline: links.now + .seconds(60)))
    open.takeLeave()
    open.outlive(winner, heir: nil)
    #expect(open.retirement != nil, "what was said cannot be taken back")
  }

  // MARK: Calls

  @Test func callsExpireInOrderAndOnlyOnce() {
    var calls = OutstandingCalls()
    let start = Instant(nanoseconds: 1)
    for id in 1...4 as ClosedRange<UInt64> {
      calls.add(id, position: id, deadline: start + .seconds(Int64(5 - id)))
    }
    #expect(calls.deadline == start + .seconds(1))
    #expect(calls.takeExpired(now: start).isEmpty)
    #expect(calls.takeExpired(now: start + .seconds(2)).map(\.number) == [3, 4])
    #expect(calls.deadline == start + .seconds(3) && calls.remove(2) && !calls.remove(2))
    calls.add(9, position: 9, deadline: .distantFuture)
    #expect(calls.takeExpired(now: start + .seconds(4)).map(\.number) == [1])
    #expect(calls.takeExpired(now: .distantFuture).map(\.number) == [9])
    #expect(calls.isEmpty && calls.deadline == .distantFuture)
  }

  @Test func onlyWhatWasHandedOverMayHaveBeenRun() {
    var calls = OutstandingCalls()
    for id in 1...3 as ClosedRange<UInt64> { calls.add(id, position: id * 10, deadline: Instant(nanoseconds: 1)) }
    let ended = calls.end(handedOver: 20, .closedByPeer)
    #expect(ended.map(\.number) == [1, 2, 3])
    #expect(ended.map(\.outcome) == [.lost(.closedByPeer), .lost(.closedByPeer), .notSent(.closedByPeer)])
    #expect(calls.isEmpty && calls.deadline == .distantFuture)
  }
}
