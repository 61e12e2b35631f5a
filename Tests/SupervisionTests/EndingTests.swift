import PeerNet
import Testing

@testable import Supervision

@Suite struct EndingTests {
  private static let why = Array("asked for".utf8)

  private func board() -> Rehearsal {
    var board = Rehearsal([Rehearsal.service("a"), Rehearsal.service("b"), Rehearsal.service("agent", notifies: true)])
    board.notify(2, "READY=1")
    return board
  }

  private func outputs(_ board: Rehearsal, from start: Int) -> [Supervisor.Output] {
    board.story.dropFirst(start).map { $0.output }.filter { output in
      switch output {
      case .log, .pet, .hasten: false
      case .prepare, .begin, .look, .start, .end, .record, .endStrays, .settleDisk, .power: true
      }
    }
  }

  @Test(arguments: [Supervisor.PowerAction.restart, .powerOff])
  func theEndIsOrderly(_ action: Supervisor.PowerAction) {
    var board = board()
    let start = board.story.count
    board.tell { $0.handleRequest(action, detail: Self.why, now: $1) }
    board.pass(seconds: 1)
    #expect(
      outputs(board, from: start) == [
        .record(action == .restart ? .reboot(detail: Self.why) : .powerOff(detail: Self.why)),
        .end(pid: 103, killing: false), .end(pid: 103, killing: true),
        .end(pid: 102, killing: false), .end(pid: 102, killing: true),
        .end(pid: 101, killing: false), .end(pid: 101, killing: true),
        .endStrays(killing: false), .endStrays(killing: true), .settleDisk, .power(action),
      ])
  }

  @Test func noTimeIsLostWhenNobodyIsLeft() {
    var board = board()
    // Not before its time: a service runs still.
    board.tell { $0.handleCleared(now: $1) }
    board.obeys = false
    board.tell { $0.handleRequest(.restart, detail: Self.why, now: $1) }
    board.tell { $0.handleCleared(now: $1) }
    #expect(!board.story.contains { $0.output == .settleDisk })
    for service in [2, 1, 0] { board.end(service) }
    let start = board.story.count
    #expect(board.story.last?.output == .endStrays(killing: false))
    board.tell { $0.handleCleared(now: $1) }
    #expect(outputs(board, from: start) == [.settleDisk, .power(.restart)])
    board.tell { $0.handleCleared(now: $1) }
    #expect(board.story.last?.output == .power(.restart))
  }

  @Test func oneAfterTheOtherTheLastFirstAndKilledWhenItDoesNotEnd() {
    var board = board()
    board.obeys = false
    let start = board.story.count
    board.tell { $0.handleRequest(.restart, detail: Self.why, now: $1) }
    #expect(outputs(board, from: start).suffix(1) == [.end(pid: 103, killing: false)])
    board.pass(seconds: 4)
    #expect(outputs(board, from: start).suffix(1) == [.end(pid: 103, killing: false)])
    board.pass(seconds: 2)
    #expect(board.seconds { $0 == .end(pid: 103, killing: true) }.first == 5)
    #expect(board.seconds { $0 == .end(pid: 102, killing: false) } == [5])
    #expect(board.logs.contains("agent does not end and is killed"))
    board.pass(seconds: 12)
    #expect(board.story.last?.output == .power(.restart))
  }

  @Test func nothingThatHangsHoldsTheEndUp() {
    var board = board()
    board.obeys = false
    board.obeysKill = false
    board.settles = false
    board.tell { $0.handleRequest(.restart, detail: Self.why, now: $1) }
    board.pass(seconds: 60)
    // 6 s for each of three services, half a second for what is left, 10 s for the disk.
    #expect(board.seconds { $0 == .power(.restart) } == [28, 38, 48, 58])
    // Up to then the watchdog is petted, and from then on left to do what reboot(2) did not.
    #expect(zip(board.pets, board.pets.dropFirst()).allSatisfy { $1 - $0 <= 4 })
    #expect(board.pets.last! >= 24 && board.pets.last! <= 28)
    #expect(board.logs.contains("the disk does not settle; the machine goes down all the same"))
  }

  @Test func nothingStartsAgainMeanwhile() {
    var board = board()
    board.end(0)
    board.obeys = false
    let starts = board.starts.count
    board.tell { $0.handleRequest(.powerOff, detail: Self.why, now: $1) }
    board.pass(seconds: 60)
    #expect(board.starts.count == starts)
  }

  @Test func aSecondRequestChangesNothing() {
    var board = board()
    board.obeys = false
    board.tell { $0.handleRequest(.restart, detail: Self.why, now: $1) }
    board.tell { $0.handleRequest(.powerOff, detail: Self.why, now: $1) }
    board.pass(seconds: 30)
    #expect(board.records == [.reboot(detail: Self.why)])
    #expect(!board.story.contains { $0.output == .power(.powerOff) })
  }

  @Test func aSilentAgentIsOfNoConcernOnceTheEndHasBegun() {
    var board = board()
    board.pass(seconds: 28)
    board.obeys = false
    board.tell { $0.handleRequest(.restart, detail: Self.why, now: $1) }
    board.pass(seconds: 5)
    #expect(board.records == [.reboot(detail: Self.why)])
    #expect(board.pets.last! >= 29)
  }

  @Test func itEndsAlsoDuringThePreparation() {
    var board = Rehearsal()
    board.tell { supervisor, _ in supervisor.handlePreparing(pid: 50) }
    board.tell { $0.handleRequest(.restart, detail: Self.why, now: $1) }
    #expect(board.story.contains { $0.output == .end(pid: 50, killing: true) })
    board.tell { $0.handleEnded(pid: 50, [], wasWell: false, now: $1) }
    board.pass(seconds: 2)
    #expect(!board.story.contains { $0.output == .begin })
    #expect(board.story.contains { $0.output == .power(.restart) })
  }

  @Test func aServiceThatStartedInThatMomentIsKilled() {
    var supervisor = Supervisor(now: .zero)
    supervisor.handlePrepared(now: .zero)
    supervisor.handleServices([Rehearsal.service("a")], now: .zero)
    supervisor.handleRequest(.restart, detail: Self.why, now: .zero)
    while supervisor.nextOutput() != nil {}
    supervisor.handleStarted(service: 0, pid: 77, now: .zero)
    var outputs: [Supervisor.Output] = []
    while let output = supervisor.nextOutput() { outputs.append(output) }
    #expect(outputs.contains(.end(pid: 77, killing: true)))
  }

  /// Whatever happens in whatever order: no trap, no busy loop, and the watchdog is petted in time or never again.
  @Test(arguments: 0..<40) func anythingMayHappenAtAnyTime(_ seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func random(_ below: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % below
    }
    var board = board()
    for _ in 0..<400 {
      switch random(12) {
      case 0: board.end(Int(random(4)))
      case 1: board.notify(2, "READY=1")
      case 2...5: board.notify(2, "WATCHDOG=1")
      case 6: board.missing = random(2) == 0 ? [] : [0, 1]
      case 7: board.obeys = random(2) == 0
      case 8: board.tell { $0.handleEnded(pid: Int32(random(120)), [], wasWell: random(2) == 0, now: $1) }
      case 9 where random(40) == 0: board.tell { $0.handleRequest(.restart, detail: [], now: $1) }
      case 10: board.tell { $0.handleSettled(now: $1) }
      default: board.pass(seconds: Int64(random(8)))
      }
    }
    #expect(zip(board.pets, board.pets.dropFirst()).allSatisfy { $1 - $0 <= 4 })
    board.pass(seconds: 300)
    #expect(board.seconds { $0 == .power(.restart) }.isEmpty == board.records.isEmpty)
  }
}
