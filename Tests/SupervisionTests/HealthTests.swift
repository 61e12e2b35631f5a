import PeerNet
import Testing

@testable import Supervision

@Suite struct HealthTests {
  private func board() -> Rehearsal {
    Rehearsal([Rehearsal.service("clock"), Rehearsal.service("agent", notifies: true)])
  }

  @Test func theWatchdogIsPettedWhileTheAgentReports() {
    var board = board()
    board.notify(1, "STATUS=well\nREADY=1")
    board.pass(seconds: 600) { $0.notify(1, "WATCHDOG=1") }
    #expect(board.pets.count == 151)
    #expect(zip(board.pets, board.pets.dropFirst()).allSatisfy { $1 - $0 <= 4 })
    #expect(board.records.isEmpty)
  }

  @Test func aSilentAgentEndsThePettingForGood() {
    var board = board()
    board.notify(1, "READY=1")
    board.pass(seconds: 20) { $0.notify(1, "WATCHDOG=1") }
    board.pass(seconds: 30)
    #expect(board.records == [.watchdog(detail: Array("agent was silent for 30 s".utf8))])
    let pets = board.pets
    #expect(pets.last! <= 50)
    // What it says now comes too late: the record is written.
    board.pass(seconds: 9) { $0.notify(1, "WATCHDOG=1") }
    #expect(board.pets == pets)
  }

  @Test func theIntervalIsTheServicesOwn() {
    var service = Rehearsal.service("agent", notifies: true)
    service.watchdog = .seconds(7)
    var board = Rehearsal([service])
    board.notify(0, "READY=1")
    board.pass(seconds: 6)
    #expect(board.records.isEmpty)
    board.pass(seconds: 1)
    #expect(board.records == [.watchdog(detail: Array("agent was silent for 7 s".utf8))])
  }

  @Test func anAgentThatIsNotReadyInAMinuteEndsThePetting() {
    var board = board()
    // Signs of life are none before it is ready.
    board.pass(seconds: 59) { $0.notify(1, "WATCHDOG=1") }
    #expect(board.records.isEmpty)
    board.pass(seconds: 1)
    #expect(board.records == [.watchdog(detail: Array("agent was not ready within 60 s".utf8))])
  }

  @Test func theTimeToBeReadyIsTheServicesOwnAndTheHardwareIsHastenedOnce() {
    var service = Rehearsal.service("agent", notifies: true)
    service.readiness = .seconds(3)
    var board = Rehearsal([service])
    board.pass(seconds: 2)
    #expect(board.records.isEmpty && board.seconds { $0 == .hasten }.isEmpty)
    board.pass(seconds: 20)
    #expect(board.records == [.watchdog(detail: Array("agent was not ready within 3 s".utf8))])
    #expect(board.seconds { $0 == .hasten }.count == 1)
  }

  @Test func anAgentThatKeepsEndingHasTwoMinutesToBeWell() {
    var board = board()
    board.notify(1, "READY=1")
    board.pass(seconds: 10) { $0.notify(1, "WATCHDOG=1") }
    board.pass(seconds: 119) { $0.end(1) }
    #expect(board.records.isEmpty)
    board.pass(seconds: 2) { $0.end(1) }
    #expect(board.records.count == 1)
    #expect(board.records.first == .watchdog(detail: Array("agent was not well for 120 s".utf8)))
  }

  @Test func anAgentThatKeepsEndingAndIsReadyInBetweenKeepsTheBoardUp() {
    var board = board()
    var second = 0
    board.pass(seconds: 1000) { board in
      second += 1
      board.notify(1, "READY=1")
      if second % 20 == 0 { board.end(1) }
    }
    #expect(board.records.isEmpty)
    #expect(board.pets.last! >= 996)
  }

  @Test func onlyTheServicesOwnProcessIsBelieved() {
    var board = board()
    board.pass(seconds: 60) { board in
      // Neither a service that does not notify, nor a stranger, nor the process that ran before.
      board.notify(0, "READY=1")
      board.tell { $0.handleNotification(pid: 9999, Notification(Array("READY=1".utf8)), now: $1) }
      board.tell { $0.handleNotification(pid: 0, Notification(Array("READY=1".utf8)), now: $1) }
    }
    #expect(board.records.count == 1)
  }

  @Test(arguments: ["", "ready=1", "READY=0", "XREADY=1", "READY=1X", "READY", "\n\n=\n", "WATCHDOG=trigger"])
  func onlyTheExactWordsCount(_ message: String) {
    let notification = Notification(Array(message.utf8))
    #expect(!notification.isReady && !notification.isAlive)
  }

  @Test func aBoardWithoutAWatchdogIsRestartedBySoftwareAndTheRecordStands() {
    var board = board()
    board.notify(1, "READY=1")
    board.pass(seconds: 30)
    #expect(board.records.count == 1)
    board.pass(seconds: 59)
    #expect(!board.story.contains { $0.output == .power(.restart) })
    board.pass(seconds: 3)
    #expect(board.story.contains { $0.output == .power(.restart) })
    #expect(board.records == [.watchdog(detail: Array("agent was silent for 30 s".utf8))])
  }

  @Test func aBoardThatHasNothingToRunDoesNotStayUp() {
    var board = Rehearsal([])
    #expect(board.records == [.watchdog(detail: Array("there is nothing to run".utf8))])
    let pets = board.pets
    board.pass(seconds: 62)
    #expect(board.pets == pets)
    #expect(board.story.contains { $0.output == .power(.restart) })
  }
}
