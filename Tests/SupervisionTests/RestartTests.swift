import PeerNet
import Testing

@testable import Supervision

@Suite struct RestartTests {
  @Test func theStartScriptComesFirstAndMayFail() {
    var board = Rehearsal()
    board.tell { supervisor, _ in supervisor.handlePreparing(pid: 50) }
    #expect(board.story.map { $0.output } == [.prepare])
    board.tell { $0.handleEnded(pid: 50, Array("ended with code 3".utf8), wasWell: false, now: $1) }
    #expect(board.story.last?.output == .begin)
    #expect(board.logs == ["the start script ended with code 3; the board goes on as well as it can"])
  }

  @Test func aStartScriptThatHangsIsKilledAndTheWatchdogPettedMeanwhile() {
    var board = Rehearsal()
    board.tell { supervisor, _ in supervisor.handlePreparing(pid: 50) }
    board.pass(seconds: 89)
    #expect(!board.story.contains { $0.output == .begin })
    board.pass(seconds: 1)
    #expect(board.story.contains { $0.output == .end(pid: 50, killing: true) })
    #expect(board.seconds { $0 == .begin } == [90])
    #expect(board.pets.count >= 90 / 5)
    // Its end, when it comes, begins nothing anew.
    board.tell { $0.handleEnded(pid: 50, Array("was ended".utf8), wasWell: false, now: $1) }
    #expect(board.seconds { $0 == .begin } == [90])
  }

  @Test func servicesStartAtOnceAndInOrder() {
    let board = Rehearsal([Rehearsal.service("a"), Rehearsal.service("b"), Rehearsal.service("c")])
    #expect(board.starts.map { $0.service } == [0, 1, 2])
    #expect(board.starts.allSatisfy { $0.second == 0 })
  }

  @Test func aServiceWaitsForWhatItNeedsEveryTimeItStarts() {
    var needy = Rehearsal.service("a")
    needy.needs = [Array("/dev/radio".utf8)]
    var board = Rehearsal([Rehearsal.service("b"), needy])
    // The one at the start found it there.
    #expect(board.starts.map { $0.service } == [0, 1])
    board.missing = [1]
    board.end(1)
    board.pass(seconds: 10)
    #expect(board.starts.count == 2)
    board.missing = []
    board.pass(seconds: 1)
    #expect(board.starts.map { $0.service } == [0, 1, 1])
    // Four looks a second, and no start but by one.
    let looks = board.seconds { $0 == .look(service: 1) }
    #expect(looks.count >= 36 && looks.count <= 44)
  }

  @Test func restsDoubleUpToHalfAMinuteAndAServiceThatKeepsEndingStopsNoOther() {
    var board = Rehearsal([Rehearsal.service("bad"), Rehearsal.service("good")])
    for _ in 0..<7 {
      board.end(0)
      let count = board.starts.count
      while board.starts.count == count { board.pass(seconds: 1) }
    }
    #expect(board.starts.filter { $0.service == 0 }.map { $0.second } == [0, 1, 3, 7, 15, 31, 61, 91])
    #expect(board.starts.filter { $0.service == 1 }.count == 1)
    #expect(board.logs.contains("bad ended with code 1 after 0 s; again in 16 s"))
  }

  @Test func aHealthyMinuteForgivesWhatWasBefore() {
    var board = Rehearsal([Rehearsal.service("a")])
    for _ in 0..<4 {
      board.end(0)
      board.pass(seconds: 10)
    }
    board.pass(seconds: 60)
    board.end(0)
    #expect(board.logs.last == "a ended with code 1 after 62 s; again in 1 s")
    // Less than a minute does not.
    board.pass(seconds: 40)
    board.end(0)
    #expect(board.logs.last == "a ended with code 1 after 39 s; again in 2 s")
  }

  @Test func whatAServiceLeavesBehindIsKilledBeforeItsSuccessorStarts() {
    var board = Rehearsal([Rehearsal.service("a")])
    let pid = board.pid(0)!
    board.end(0)
    #expect(board.story.contains { $0.output == .end(pid: pid, killing: true) })
  }

  @Test func aProgramThatCannotBeStartedIsTriedAgainLikeOneThatEnds() {
    var supervisor = Supervisor(now: .zero)
    supervisor.handlePrepared(now: .zero)
    supervisor.handleServices([Rehearsal.service("a")], now: .zero)
    var starts: [UInt64] = []
    var now = Instant.zero
    for _ in 0..<200 {
      supervisor.timeout(now: now)
      while let output = supervisor.nextOutput() {
        guard output == .start(service: 0) else { continue }
        starts.append(now.nanoseconds / 1_000_000_000)
        supervisor.handleFailed(service: 0, now: now)
      }
      now = supervisor.deadline
    }
    #expect(starts.prefix(5) == [0, 1, 3, 7, 15])
  }

  @Test func strangersEndsAreNobodysBusiness() {
    var board = Rehearsal([Rehearsal.service("a")])
    let before = board.story.count
    board.tell { $0.handleEnded(pid: 4711, Array("ended with code 0".utf8), wasWell: true, now: $1) }
    board.tell { $0.handleFailed(service: 12, now: $1) }
    board.tell { $0.handleFound(service: -1, now: $1) }
    #expect(board.story.count == before)
  }
}
