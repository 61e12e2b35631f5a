import Basics
import Linux

/// One epoll loop with one timer heap. Everything registered with it runs on the thread that runs it.
///
/// Another thread may visit it while it sleeps. Then that thread runs what it brings, and the reactor's own none: what
/// belongs to a reactor is used by one thread at a time.
///
/// Descriptors are watched level-triggered: a handler may stop after a bounded piece of work and is called again, which is what
/// keeps a busy socket from starving the others, and no event is lost by stopping early.
public final class Reactor {
  /// A descriptor's registration. It names nothing after ``deregister(_:)``, even when its slot is in use again.
  public struct Registration: Hashable, Sendable {
    let slot: UInt32
    let generation: UInt32

    init(slot: UInt32, generation: UInt32) {
      self.slot = slot
      self.generation = generation
    }

    /// Rides in epoll's event: an event of an earlier user of the slot is told by its generation.
    init(token: UInt64) {
      self.init(slot: UInt32(truncatingIfNeeded: token), generation: UInt32(truncatingIfNeeded: token >> 32))
    }

    var token: UInt64 { UInt64(generation) << 32 | UInt64(slot) }
  }

  private struct Slot {
    var handler: ((Readiness) -> Void)?
    var number: Int32 = -1
    var generation: UInt32 = 0
    var interest: Readiness = []
    var nextFree = UInt32.max
  }

  private static let timerToken = UInt64.max
  private static let wakerToken = UInt64.max - 1

  /// Reading buffer that all connections of the reactor share, for the length of a handler's call.
  let buffer: UnsafeMutableRawBufferPointer
  /// How other threads get a word in.
  public let waker: Waker
  /// Called once a turn, after its work: the sign of life that a watchdog wants.
  public var onTurn: (() -> Void)?
  /// When the turn or the visit began, by `Clock.now()`.
  public private(set) var now: Instant
  /// Whether another thread is inside, and not the reactor's own: what a thread has for itself is the visitor's then.
  public private(set) var isVisited = false

  private let poll: EventPoll
  private let timer: TimerDescriptor
  private var slots: [Slot] = []
  private var firstFree = UInt32.max
  private var timers = TimerHeap<() -> Void>()
  private var armed: Instant?
  private var isStopping = false

  /// The buffer bounds what one read takes from a connection, in bytes.
  public init(bufferSize: Int = 128 * 1024) throws(Errno) {
    let poll = try EventPoll()
    let timer = try TimerDescriptor()
    let waker = try Waker()
    // The timer's event needs no read: edge-triggered, it comes once a deadline.
    try poll.add(timer.descriptor.number, for: .readable, edge: true, token: Reactor.timerToken)
    // Nor does the waker's: it comes each time that it is raised.
    try poll.add(waker.event.descriptor.number, for: .readable, edge: true, token: Reactor.wakerToken)
    self.poll = poll
    self.timer = timer
    self.waker = waker
    now = Clock.now()
    buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bufferSize, 4096), alignment: 16)
  }

  deinit { buffer.deallocate() }
}

// MARK: Descriptors

extension Reactor {
  /// Watches a descriptor, which stays the caller's to close, after ``deregister(_:)``.
  public func register(
    _ number: Int32, for interest: Readiness, _ handler: @escaping (Readiness) -> Void
  ) throws(Errno) -> Registration {
    let slot: UInt32
    if firstFree != .max {
      slot = firstFree
    } else {
      slot = UInt32(slots.count)
      slots.append(Slot())
      firstFree = slot
    }
    let registration = Registration(slot: slot, generation: slots[Int(slot)].generation)
    try poll.add(number, for: interest, token: registration.token)
    firstFree = slots[Int(slot)].nextFree
    slots[Int(slot)].handler = handler
    slots[Int(slot)].number = number
    slots[Int(slot)].interest = interest
    return registration
  }

  /// Changes what the descriptor is watched for. Nothing happens when it is not registered any more.
  public func update(_ registration: Registration, for interest: Readiness) throws(Errno) {
    guard isLive(registration), slots[Int(registration.slot)].interest != interest else { return }
    try poll.change(slots[Int(registration.slot)].number, to: interest, token: registration.token)
    slots[Int(registration.slot)].interest = interest
  }

  /// Ends the watch, also from inside the handler. No event that already waits reaches the handler after this.
  public func deregister(_ registration: Registration) {
    guard isLive(registration) else { return }
    let index = Int(registration.slot)
    // Fails only for a descriptor that was closed before its time; the kernel has then forgotten it.
    try? poll.remove(slots[index].number)
    let handler = slots[index].handler.take()
    slots[index].generation &+= 1
    slots[index].nextFree = firstFree
    firstFree = registration.slot
    // Only now: letting the handler go may run deinits that come back here.
    _ = handler
  }

  private func isLive(_ registration: Registration) -> Bool {
    let index = Int(registration.slot)
    return index < slots.count && slots[index].generation == registration.generation && slots[index].handler != nil
  }
}

// MARK: Timers

extension Reactor {
  /// Runs `action` once `deadline` has come, at most `slack` later. Timers with the same slack wake the processor together.
  @discardableResult
  public func schedule(at deadline: Instant, slack: TimeSpan = .zero, _ action: @escaping () -> Void) -> Timer {
    timers.schedule(at: Reactor.coalesced(deadline, slack), action)
  }

  /// Runs `action` after `delay`, counted from this call and not from the turn's beginning.
  @discardableResult
  public func schedule(after delay: TimeSpan, slack: TimeSpan = .zero, _ action: @escaping () -> Void) -> Timer {
    schedule(at: Clock.now() + delay, slack: slack, action)
  }

  /// Moves a timer. False when it has fired or was cancelled.
  @discardableResult
  public func reschedule(_ timer: Timer, at deadline: Instant, slack: TimeSpan = .zero) -> Bool {
    timers.move(timer, to: Reactor.coalesced(deadline, slack))
  }

  /// Nothing happens when the timer has fired or was cancelled.
  public func cancel(_ timer: Timer) {
    // Held until the heap is no longer being changed: letting an action go may run deinits that come back here.
    let action = timers.cancel(timer)
    _ = action
  }

  /// Whether the timer has neither fired nor been cancelled.
  func isScheduled(_ timer: Timer) -> Bool { timers.contains(timer) }

  /// The next multiple of `slack`, so that deadlines near each other become one.
  static func coalesced(_ deadline: Instant, _ slack: TimeSpan) -> Instant {
    guard slack > .nanoseconds(1) else { return deadline }
    let last = deadline + (slack - .nanoseconds(1))
    guard last < .distantFuture else { return last }
    return Instant(nanoseconds: last.nanoseconds - last.nanoseconds % UInt64(slack.nanoseconds))
  }
}

// MARK: Running

extension Reactor {
  /// Takes turns until ``stop()``.
  public func run() throws(Errno) {
    while !isStopping { try turn(milliseconds: -1) }
    isStopping = false
  }

  /// Ends ``run()`` after this turn.
  public func stop() { isStopping = true }

  /// Takes one turn, waiting at most `maxWait` for something to do.
  public func runOnce(maxWait: TimeSpan) throws(Errno) {
    try turn(milliseconds: Int32(clamping: (maxWait + .nanoseconds(999_999)).milliseconds))
  }

  /// Runs `body` on the calling thread, before this returns, if the reactor sleeps; otherwise as `Waker.post` does. Any
  /// thread may call this.
  ///
  /// A visit should be short, like a handler: whatever the reactor wakes for meanwhile waits for its end.
  public func visit(_ body: @escaping @Sendable () -> Void) {
    guard waker.beginVisit() else { return waker.post(body) }
    now = Clock.now()
    isVisited = true
    body()
    isVisited = false
    // The reactor sleeps on: a timer that is due before it would wake has to be set. Others are set at its next turn.
    if timers.earliest.map({ first in armed.map { first < $0 } ?? true }) ?? false {
      // The reactor tries again, and fails by itself.
      do throws(Errno) { try arm() } catch { waker.post {} }
    }
    if isStopping { waker.post {} }
    waker.endVisit()
  }

  /// One batch of events at most, then the timers that were due, then what was posted: none can starve the others.
  private func turn(milliseconds: Int32) throws(Errno) {
    now = Clock.now()
    let isDue = timers.earliest.map { $0 <= now } ?? false
    if !isDue && milliseconds != 0 { try arm() }
    // From here on others may come in, and find everything as a turn leaves it.
    let sleeps = milliseconds != 0 && !isDue && !isStopping && waker.leave()
    var isAwake = false
    func wake() {
      guard !isAwake else { return }
      isAwake = true
      if sleeps { waker.enter() }
      now = Clock.now()
    }
    do throws(Errno) {
      try poll.wait(milliseconds: sleeps ? milliseconds : 0) { token, readiness in
        wake()
        // The timer and the waker have no slot: that they wake is all, and that the timer has to be set anew.
        if token == Reactor.timerToken { armed = nil }
        let registration = Registration(token: token)
        guard isLive(registration), let handler = slots[Int(registration.slot)].handler else { return }
        handler(readiness)
      }
    } catch {
      wake()
      throw error
    }
    wake()
    let horizon = timers.horizon
    while let action = timers.popDue(at: now, before: horizon) { action() }
    waker.runPosted()
    onTurn?()
  }

  private func arm() throws(Errno) {
    guard timers.earliest != armed else { return }
    try timer.set(timers.earliest)
    armed = timers.earliest
  }
}
