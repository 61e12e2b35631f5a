import Basics
import Linux
import Testing

@testable import Reactor

@Suite struct SubprocessTests {

  private func run(_ script: String, within time: TimeSpan = .seconds(10), limit: Int = 64 * 1024) throws
    -> Subprocess.Outcome
  {
    let reactor = try Reactor()
    var outcomes: [Subprocess.Outcome] = []
    var subprocess: Subprocess? = try Subprocess(
      path: Array("/bin/sh".utf8), arguments: ["sh", "-c", script].map { Array($0.utf8) },
      environment: [Array("A=b".utf8)],
      deadline: reactor.now + time, outputLimit: limit, reactor: reactor
    ) { outcomes.append($0) }
    try reactor.run(until: { !outcomes.isEmpty })
    try reactor.runOnce(maxWait: .zero)
    subprocess?.cancel()
    // What was killed is reaped, and nothing is kept of it.
    weak let gone = subprocess
    subprocess = nil
    for _ in 0..<1_000 where gone != nil { try reactor.runOnce(maxWait: .milliseconds(10)) }
    #expect(gone == nil)
    #expect(outcomes.count == 1)
    return outcomes[0]
  }

  @Test func capturesWhatItWrites() throws {
    #expect(
      try run("echo $A; echo no >&2; exit 3")
        == .init(ending: .exited(code: 3), output: Array("b\n".utf8), errors: Array("no\n".utf8), isTruncated: false))
    #expect(try run("kill -9 $$").ending == .signalled(number: 9))
  }

  @Test func boundsWhatIsKept() throws {
    let outcome = try run("i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done", limit: 1000)
    #expect(outcome.ending == .exited(code: 0))
    #expect(outcome.output.count == 1000 && outcome.isTruncated)
  }

  @Test func hasADeadline() throws {
    let outcome = try run("echo started; sleep 1000 & sleep 1000", within: .seconds(2))
    #expect(outcome.ending == .timedOut)
    #expect(outcome.output == Array("started\n".utf8))
  }

  @Test func doesNotWaitForAGrandchildsPipe() throws {
    let outcome = try run("sleep 3 & echo done", within: .seconds(10))
    #expect(outcome.ending == .exited(code: 0) && outcome.output == Array("done\n".utf8))
  }

  @Test func doesNotHoldTheLoopUp() throws {
    let reactor = try Reactor()
    var ticks = 0
    var isDone = false
    _ = try Subprocess(
      path: Array("/bin/sleep".utf8), arguments: ["sleep", "0.2"].map { Array($0.utf8) }, environment: [],
      deadline: reactor.now + .seconds(10), reactor: reactor
    ) { outcome in
      #expect(outcome.ending == .exited(code: 0))
      isDone = true
    }
    func tick() {
      ticks += 1
      if !isDone { reactor.schedule(after: .milliseconds(5), tick) }
    }
    tick()
    try reactor.run(until: { isDone })
    #expect(ticks >= 10)
  }
}
