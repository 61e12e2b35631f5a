import Linux
import PeerNet
import Reactor

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
