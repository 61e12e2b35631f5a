/// A point on the caller's monotonic clock, in nanoseconds since an origin of the caller's choice.
/// All arithmetic saturates: a hostile or absurd duration never traps.
public struct Instant: Hashable, Comparable, Sendable {
  /// Since the clock's origin.
  public let nanoseconds: UInt64

  /// A reading of the caller's clock.
  public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  /// The clock's origin.
  public static let zero = Instant(nanoseconds: 0)
  /// Later than anything a clock will read: for "never".
  public static let distantFuture = Instant(nanoseconds: .max)

  public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

  /// The instant that much later, or earlier for a negative duration; saturating.
  public static func + (instant: Instant, duration: TimeSpan) -> Instant {
    let magnitude = duration.nanoseconds.magnitude
    if duration.nanoseconds < 0 {
      let (difference, overflow) = instant.nanoseconds.subtractingReportingOverflow(magnitude)
      return overflow ? .zero : Instant(nanoseconds: difference)
    }
    let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(magnitude)
    return overflow ? .distantFuture : Instant(nanoseconds: sum)
  }

  /// The instant that much earlier; saturating.
  public static func - (instant: Instant, duration: TimeSpan) -> Instant { instant + -duration }

  /// From the right instant to the left one, negative when the left one is earlier; saturating.
  public static func - (later: Instant, earlier: Instant) -> TimeSpan {
    if later >= earlier {
      return TimeSpan(nanoseconds: Int64(clamping: later.nanoseconds - earlier.nanoseconds))
    }
    return -TimeSpan(nanoseconds: Int64(clamping: earlier.nanoseconds - later.nanoseconds))
  }
}
