import Linux
import PeerNet
import Reactor

/// Time, as a board needs it. Tests bring their own.
public protocol BoardClock: AnyObject {
  /// On a clock that only goes forward and includes suspend.
  var now: Instant { get }
  /// Seconds since 1970.
  var unixTime: Int64 { get }
  /// Runs `action` once, in a later turn, when `deadline` has come. It cannot be taken back: an action finds out for
  /// itself whether it is still wanted.
  func schedule(at deadline: Instant, _ action: @escaping () -> Void)
}

/// A reactor's time.
public final class ReactorClock: BoardClock {
  private let reactor: Reactor

  /// The reactor also wakes whoever set a timer by this clock.
  public init(_ reactor: Reactor) { self.reactor = reactor }

  /// Read anew each time: CLOCK_BOOTTIME.
  public var now: Instant { Clock.now() }

  public var unixTime: Int64 { Clock.realtimeSeconds() }

  public func schedule(at deadline: Instant, _ action: @escaping () -> Void) {
    reactor.schedule(at: deadline, action)
  }
}
