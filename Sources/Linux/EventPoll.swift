import Basics
import CLinux

/// What a descriptor is watched for, or found ready for.
public struct Readiness: OptionSet, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// There is something to read, or the end.
  public static let readable = Readiness(rawValue: 1)
  /// There is room to write.
  public static let writable = Readiness(rawValue: 4)
  /// An error waits. Reported whether asked for or not.
  public static let failed = Readiness(rawValue: 8)
  /// Both directions have ended. Reported whether asked for or not.
  public static let hungUp = Readiness(rawValue: 16)
}

/// epoll.
public struct EventPoll: ~Copyable {
  /// The most events that one ``wait(milliseconds:_:)`` reports.
  public static var batch: Int { 64 }

  let descriptor: FileDescriptor

  /// An empty set, close-on-exec.
  public init() throws(Errno) {
    descriptor = FileDescriptor(owning: try check("epoll_create1", clinux_epoll_create()))
  }

  /// Watches `number`, level-triggered unless `edge`; its events carry `token`.
  public borrowing func add(_ number: Int32, for interest: Readiness, edge: Bool = false, token: UInt64) throws(Errno) {
    try check("epoll_ctl", clinux_epoll_add(descriptor.number, number, interest.rawValue, edge ? 1 : 0, token))
  }

  /// Changes what a watched descriptor is watched for, and its token.
  public borrowing func change(_ number: Int32, to interest: Readiness, token: UInt64) throws(Errno) {
    try check("epoll_ctl", clinux_epoll_change(descriptor.number, number, interest.rawValue, token))
  }

  /// Ends the watch; to be done before the descriptor is closed.
  public borrowing func remove(_ number: Int32) throws(Errno) {
    try check("epoll_ctl", clinux_epoll_remove(descriptor.number, number))
  }

  /// Waits that long (-1: for ever) and hands the events to `body`, one at a time.
  public borrowing func wait(
    milliseconds: Int32, _ body: (_ token: UInt64, _ readiness: Readiness) -> Void
  ) throws(Errno) {
    var failure: Errno?
    withUnsafeTemporaryAllocation(of: clinux_event.self, capacity: EventPoll.batch) { events in
      let count = clinux_epoll_wait(descriptor.number, events.baseAddress!, Int32(EventPoll.batch), milliseconds)
      if count < 0 {
        failure = Errno("epoll_wait", Errno.Code(number: 0 &- count))
        return
      }
      for event in events[..<Int(count)] {
        body(event.token, Readiness(rawValue: event.events))
      }
    }
    if let failure { throw failure }
  }
}

/// A one-shot timer on CLOCK_BOOTTIME that becomes readable at its deadline.
public struct TimerDescriptor: ~Copyable {
  /// Readable at the deadline.
  public let descriptor: FileDescriptor

  /// Not armed yet.
  public init() throws(Errno) {
    descriptor = FileDescriptor(owning: try check("timerfd_create", clinux_timer_create()))
  }

  /// Arms the timer for `deadline`, by ``Clock/now()``; nil disarms it.
  public borrowing func set(_ deadline: Instant?) throws(Errno) {
    // 0 would disarm, and what lies beyond the kernel's range is never.
    let bounded = deadline.map { min(max($0.nanoseconds, 1), UInt64(Int64.max)) }
    try check("timerfd_settime", clinux_timer_set(descriptor.number, bounded ?? 0))
  }
}

/// An eventfd: raised by any thread, readable until taken. Where it is watched edge-triggered, nobody needs to take it.
public struct EventDescriptor: ~Copyable {
  /// Readable while it is raised.
  public let descriptor: FileDescriptor

  /// Not raised yet.
  public init() throws(Errno) {
    descriptor = FileDescriptor(owning: try check("eventfd", clinux_eventfd()))
  }

  /// Makes it readable. Any thread may.
  public borrowing func raise() {
    var one: UInt64 = 1
    _ = clinux_write(descriptor.number, &one, 8)
  }

  /// Waits until it is raised, unless it is, and makes it unreadable until it is raised again.
  public borrowing func take() {
    var count: UInt64 = 0
    _ = clinux_read(descriptor.number, &count, 8)
  }
}
