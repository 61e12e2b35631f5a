import Basics
import Glibc
import Linux
import Synchronization
import Testing
import Threads

@testable import Reactor

/// Other threads inside a reactor, while its own sleeps.
@Suite(.timeLimit(.minutes(2))) struct VisitTests {
  /// A reactor on a thread of its own.
  private final class Running: @unchecked Sendable {
    let reactor: Reactor
    private var thread: pthread_t?
    // Touched inside alone.
    var turns = 0
    var numbers: [Int] = []

    init() throws {
      reactor = try Reactor()
      reactor.onTurn = { [unowned self] in turns += 1 }
      thread = startThread { [self] in
        do { try reactor.run() } catch { Issue.record(error) }
      }
    }

    /// What `body` finds inside.
    func inside<Value: Sendable>(_ body: @escaping @Sendable (Running) -> Value) -> Value {
      let found = Found<Value>()
      reactor.visit { [self] in
        let value = body(self)
        found.value.withLock { $0 = value }
      }
      while true {
        if let value = found.value.withLock({ $0 }) { return value }
        usleep(100)
      }
    }

    /// Returns once a visit was no post: then the reactor has nothing left to do.
    func waitUntilItSleeps() {
      let caller = pthread_self()
      while !inside({ _ in pthread_self() == caller }) { usleep(1_000) }
    }

    func waits(until condition: @escaping @Sendable (Running) -> Bool) throws {
      let end = Clock.now() + .seconds(30)
      while !inside(condition) {
        try #require(Clock.now() < end, "did not happen in time")
        usleep(1_000)
      }
    }

    func stop() {
      reactor.waker.post { [self] in reactor.stop() }
      if let thread { join(thread) }
    }
  }

  private final class Found<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
  }

  /// A visit is no business of the reactor's thread: it is not woken.
  @Test func aSleepingReactorIsNotWoken() throws {
    let running = try Running()
    running.waitUntilItSleeps()
    let caller = pthread_self()
    let before = running.inside { $0.turns }
    for number in 0..<1_000 {
      running.reactor.visit { running.numbers.append(pthread_self() == caller ? number : -1) }
    }
    let after = running.inside { $0.turns }
    #expect(running.inside { $0.numbers } == Array(0..<1_000))
    #expect(after == before)
    running.stop()
  }

  /// Nothing runs inside something else, and everything in its order.
  @Test func whatComesDuringAVisitRunsAfterIt() throws {
    let running = try Running()
    running.waitUntilItSleeps()
    let caller = pthread_self()
    running.reactor.visit {
      running.numbers.append(pthread_self() == caller ? 1 : -1)
      running.reactor.waker.post { running.numbers.append(pthread_self() == caller ? -3 : 3) }
      running.reactor.visit { running.numbers.append(4) }
      running.numbers.append(2)
    }
    try running.waits { $0.numbers.count == 4 }
    #expect(running.inside { $0.numbers } == [1, 2, 3, 4])
    running.stop()
  }

  /// What the reactor wakes for waits until the visitor has gone, and no longer.
  @Test func theReactorWaitsForAVisit() throws {
    let running = try Running()
    let pipe = try Pipe()
    let (reading, writing) = (pipe.reading.number, pipe.writing.number)
    let isWatched = running.inside { running in
      let registration = try? running.reactor.register(reading, for: .readable) { _ in
        var byte: UInt8 = 0
        if Glibc.read(reading, &byte, 1) == 1 { running.numbers.append(Int(byte)) }
      }
      return registration != nil
    }
    #expect(isWatched)
    for round in 0..<20 {
      running.waitUntilItSleeps()
      running.reactor.visit {
        let before = running.numbers
        var byte = UInt8(round)
        if Glibc.write(writing, &byte, 1) != 1 { running.numbers.append(-1) }
        // Time enough to wake.
        usleep(2_000)
        if running.numbers != before { running.numbers.append(-2) }
      }
      try running.waits { $0.numbers.count == round + 1 }
    }
    #expect(running.inside { $0.numbers } == Array(0..<20))
    running.stop()
    // Open until here.
    #expect(pipe.reading.number == reading)
  }

  /// A reactor that sleeps for an hour wakes for what a visitor wants in a moment.
  @Test func aVisitorsTimerIsKept() throws {
    let running = try Running()
    running.reactor.visit {
      running.reactor.schedule(after: .seconds(3_600)) { running.numbers.append(-1) }
    }
    for round in 0..<10 {
      running.waitUntilItSleeps()
      running.reactor.visit {
        let due = Clock.now() + .milliseconds(2)
        running.reactor.schedule(at: due) { running.numbers.append(Clock.now() >= due ? round : -1) }
      }
      try running.waits { $0.numbers.count == round + 1 }
    }
    #expect(running.inside { $0.numbers } == Array(0..<10))
    running.stop()
  }

  /// A visitor may end the reactor.
  @Test func aVisitorMayStopTheReactor() throws {
    let running = try Running()
    running.waitUntilItSleeps()
    running.reactor.visit { running.reactor.stop() }
    running.stop()
  }

  /// Four threads that come and go: one at a time is inside, nothing is lost, and of each thread everything is in order.
  @Test func manyComeAndGo() throws {
    final class Guests: @unchecked Sendable {
      var last = [Int](repeating: -1, count: 4)
      var isInside = false
      var mistakes = 0

      func enter(_ thread: Int, _ number: Int) {
        if isInside || last[thread] != number - 1 { mistakes += 1 }
        isInside = true
        last[thread] = number
        isInside = false
      }
    }
    let (running, guests) = (try Running(), Guests())
    let count = 20_000
    let threads = (0..<4).map { thread in
      startThread {
        for number in 0..<count {
          let enter: @Sendable () -> Void = { guests.enter(thread, number) }
          if (number + thread) % 3 == 0 {
            running.reactor.waker.post(enter)
          } else {
            running.reactor.visit(enter)
          }
        }
      }
    }
    for thread in threads { join(thread) }
    // Behind all of them.
    let (last, mistakes) = running.inside { _ in (guests.last, guests.mistakes) }
    #expect(last == [Int](repeating: count - 1, count: 4))
    #expect(mistakes == 0)
    running.stop()
  }
}
