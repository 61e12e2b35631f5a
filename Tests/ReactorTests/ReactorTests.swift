import Basics
import CLinux
import Glibc
import Linux
import Testing
import Threads

@testable import Reactor

extension Reactor {
  /// Takes turns until `condition` holds; fails the test when it does not within thirty seconds.
  func run(
    until condition: () -> Bool, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let deadline = Clock.now() + .seconds(30)
    while !condition() {
      try #require(Clock.now() < deadline, comment ?? "did not happen in time", sourceLocation: sourceLocation)
      try runOnce(maxWait: .milliseconds(100))
    }
  }
}

@Suite struct ReactorTests {
  @Test func firesTimersInOrderAndNotEarly() throws {
    let reactor = try Reactor()
    var fired: [Int] = []
    let start = Clock.now()
    reactor.schedule(at: start + .milliseconds(6)) {
      #expect(Clock.now() >= start + .milliseconds(6))
      fired.append(3)
    }
    let cancelled = reactor.schedule(at: start + .milliseconds(3)) { fired.append(99) }
    let moved = reactor.schedule(at: start + .seconds(900)) { fired.append(2) }
    reactor.schedule(at: start + .milliseconds(2)) {
      fired.append(1)
      reactor.cancel(cancelled)
      #expect(reactor.reschedule(moved, at: start + .milliseconds(4)))
    }
    try reactor.run(until: { fired.count == 3 })
    #expect(fired == [1, 2, 3])
    #expect(!reactor.isScheduled(cancelled) && !reactor.reschedule(moved, at: .zero))
  }

  private func coalesced(_ deadline: UInt64, _ slack: Int64) -> UInt64 {
    Reactor.coalesced(Instant(nanoseconds: deadline), .nanoseconds(slack)).nanoseconds
  }

  @Test func slackBringsTimersTogether() {
    #expect(coalesced(1_001, 500) == 1_500)
    #expect(coalesced(1_499, 500) == 1_500)
    #expect(coalesced(1_500, 500) == 1_500)
    #expect(coalesced(77, 0) == 77)
    #expect(coalesced(.max - 1, 500) == .max)
  }

  @Test func anIdleLoopTakesNoTurns() throws {
    let reactor = try Reactor()
    var turns = 0
    reactor.onTurn = { turns += 1 }
    let far = reactor.schedule(after: .seconds(3600)) {}
    var isDone = false
    reactor.schedule(after: .milliseconds(50)) { isDone = true }
    while !isDone { try reactor.runOnce(maxWait: .seconds(10)) }
    // One turn for the timer; a second at most when the clock's grain makes it wake before.
    #expect(turns <= 2)
    reactor.cancel(far)
  }

  @Test func aTimerThatRenewsItselfStarvesNothing() throws {
    let reactor = try Reactor()
    let pipe = try Pipe()
    var isRead = false
    let registration = try reactor.register(pipe.reading.number, for: .readable) { _ in isRead = true }
    var turns = 0
    func again() {
      turns += 1
      if turns < 1000 { reactor.schedule(after: .zero, again) }
    }
    again()
    _ = try [UInt8]([1]).withUnsafeBytes { try pipe.writing.write($0) }
    try reactor.run(until: { isRead })
    #expect(turns < 1000)
    reactor.deregister(registration)
  }

  @Test func busyDescriptorsDoNotStarveTimers() throws {
    let reactor = try Reactor()
    var pipes: [Reactor.Registration] = []
    var kept: [Int32] = []
    for _ in 0..<200 {
      var pipe = try Pipe()
      pipe.writing = FileDescriptor(owning: -1)
      let number = fcntl(pipe.reading.number, F_DUPFD_CLOEXEC, 0)
      kept.append(number)
      // Always readable: the end is never taken.
      pipes.append(try reactor.register(number, for: .readable) { _ in })
    }
    var isFired = false
    reactor.schedule(after: .milliseconds(1)) { isFired = true }
    try reactor.run(until: { isFired })
    for registration in pipes { reactor.deregister(registration) }
    for number in kept { _ = FileDescriptor(owning: number) }
  }

  @Test func anEventNeverReachesAnEarlierOwner() throws {
    let reactor = try Reactor()
    let one = try Pipe()
    let two = try Pipe()
    for pipe in [one.writing.number, two.writing.number] { #expect(clinux_write(pipe, [1], 1) == 1) }
    var heard: [String] = []
    var first: Reactor.Registration?
    var second: Reactor.Registration?
    var third: Reactor.Registration?
    let spare = try Pipe()
    // Both are ready in one batch. Whoever comes first ends both and takes their place.
    func replace(_ name: String) {
      heard.append(name)
      if let first { reactor.deregister(first) }
      if let second { reactor.deregister(second) }
      do {
        third = try reactor.register(spare.reading.number, for: .readable) { _ in heard.append("stale") }
      } catch {
        Issue.record(error)
      }
    }
    first = try reactor.register(one.reading.number, for: .readable) { _ in replace("first") }
    second = try reactor.register(two.reading.number, for: .readable) { _ in replace("second") }
    for _ in 0..<3 { try reactor.runOnce(maxWait: .milliseconds(1)) }
    #expect(heard.count == 1 && heard != ["stale"])
    // What ended is ended: its name does nothing to who has the slot now.
    if let first { reactor.deregister(first) }
    if let second { reactor.deregister(second) }
    #expect(clinux_write(spare.writing.number, [1], 1) == 1)
    try reactor.run(until: { heard.contains("stale") })
    if let third { reactor.deregister(third) }
  }

  @Test func changesWhatIsWatched() throws {
    let reactor = try Reactor()
    let pipe = try Pipe()
    var count = 0
    let registration = try reactor.register(pipe.writing.number, for: []) { readiness in
      #expect(readiness == .writable)
      count += 1
    }
    try reactor.runOnce(maxWait: .milliseconds(1))
    #expect(count == 0)
    try reactor.update(registration, for: .writable)
    try reactor.run(until: { count > 0 })
    try reactor.update(registration, for: [])
    count = 0
    try reactor.runOnce(maxWait: .milliseconds(1))
    #expect(count == 0)
    reactor.deregister(registration)
    reactor.deregister(registration)
    try reactor.update(registration, for: .writable)
  }

  @Test func runsWhatOtherThreadsPost() throws {
    final class Log: @unchecked Sendable { var numbers: [Int] = [] }
    let reactor = try Reactor()
    let (waker, log) = (reactor.waker, Log())
    let thread = startThread {
      for number in 0..<1000 { waker.post { log.numbers.append(number) } }
    }
    try reactor.run(until: { log.numbers.count == 1000 })
    join(thread)
    #expect(log.numbers == Array(0..<1000))
    // Posted from inside, it comes later, and the order holds.
    waker.post { waker.post { log.numbers.append(-1) } }
    try reactor.run(until: { log.numbers.last == -1 })
  }

  @Test func runsUntilStopped() throws {
    let reactor = try Reactor()
    let waker = reactor.waker
    var turns = 0
    reactor.onTurn = {
      turns += 1
      if turns == 3 { reactor.stop() } else { waker.post {} }
    }
    waker.post {}
    try reactor.run()
    #expect(turns == 3)
  }

  @Test func actionsMayHoldWhatEndsOthers() throws {
    // Letting a cancelled action go runs a deinit that comes back to the reactor.
    final class Owner {
      let reactor: Reactor
      let timer: Timer
      init(_ reactor: Reactor) {
        self.reactor = reactor
        timer = reactor.schedule(after: .seconds(1000)) {}
      }
      deinit { reactor.cancel(timer) }
    }
    let reactor = try Reactor()
    var owner: Owner? = Owner(reactor)
    let inner = try #require(owner?.timer)
    let outer = reactor.schedule(after: .seconds(1000)) { [owner] in _ = owner }
    owner = nil
    reactor.cancel(outer)
    #expect(!reactor.isScheduled(inner))
  }
}
