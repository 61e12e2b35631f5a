/// A point on the caller's monotonic clock, in nanoseconds since an origin of the caller's choice.
/// All arithmetic saturates: a hostile or absurd duration never traps.
public struct Instant: Hashable, Comparable, Sendable {
  public let nanoseconds: UInt64

  public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  public static let zero = Instant(nanoseconds: 0)
  public static let distantFuture = Instant(nanoseconds: .max)

  public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

  public static func + (instant: Instant, duration: Duration) -> Instant {
    let magnitude = duration.nanoseconds.magnitude
    if duration.nanoseconds < 0 {
      let (difference, overflow) = instant.nanoseconds.subtractingReportingOverflow(magnitude)
      return overflow ? .zero : Instant(nanoseconds: difference)
    }
    let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(magnitude)
    return overflow ? .distantFuture : Instant(nanoseconds: sum)
  }

  public static func - (instant: Instant, duration: Duration) -> Instant { instant + -duration }

  public static func - (later: Instant, earlier: Instant) -> Duration {
    if later >= earlier {
      return Duration(nanoseconds: Int64(clamping: later.nanoseconds - earlier.nanoseconds))
    }
    return -Duration(nanoseconds: Int64(clamping: earlier.nanoseconds - later.nanoseconds))
  }
}
