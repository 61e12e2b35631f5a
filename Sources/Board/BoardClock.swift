import PeerNet

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
