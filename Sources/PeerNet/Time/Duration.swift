/// A signed span of time in nanoseconds (about 292 years either way). All arithmetic saturates.
public struct Duration: Hashable, Comparable, Sendable {
  /// Negative for a span that goes back.
  public let nanoseconds: Int64

  /// Any span that fits.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// No time at all.
  public static let zero = Duration(nanoseconds: 0)
  /// The longest span, 292 years: for "without a limit".
  public static let max = Duration(nanoseconds: .max)

  /// A span of nanoseconds.
  public static func nanoseconds(_ count: Int64) -> Duration { Duration(nanoseconds: count) }
  /// A span of microseconds, saturating.
  public static func microseconds(_ count: Int64) -> Duration { nanoseconds(1_000) * count }
  /// A span of milliseconds, saturating.
  public static func milliseconds(_ count: Int64) -> Duration { nanoseconds(1_000_000) * count }
  /// A span of seconds, saturating.
  public static func seconds(_ count: Int64) -> Duration { nanoseconds(1_000_000_000) * count }

  /// Whole milliseconds, rounded towards zero.
  public var milliseconds: Int64 { nanoseconds / 1_000_000 }
  /// Whole seconds, rounded towards zero.
  public var seconds: Int64 { nanoseconds / 1_000_000_000 }

  public static func < (left: Duration, right: Duration) -> Bool { left.nanoseconds < right.nanoseconds }

  /// The span turned round; the most negative one becomes the longest.
  public static prefix func - (duration: Duration) -> Duration { .zero - duration }

  /// The sum, saturating.
  public static func + (left: Duration, right: Duration) -> Duration {
    let (sum, overflow) = left.nanoseconds.addingReportingOverflow(right.nanoseconds)
    return Duration(nanoseconds: overflow ? (left.nanoseconds < 0 ? .min : .max) : sum)
  }

  /// The difference, saturating.
  public static func - (left: Duration, right: Duration) -> Duration {
    let (difference, overflow) = left.nanoseconds.subtractingReportingOverflow(right.nanoseconds)
    return Duration(nanoseconds: overflow ? (left.nanoseconds < 0 ? .min : .max) : difference)
  }

  /// The span that many times over, saturating.
  public static func * (duration: Duration, factor: Int64) -> Duration {
    let (product, overflow) = duration.nanoseconds.multipliedReportingOverflow(by: factor)
    let negative = (duration.nanoseconds < 0) != (factor < 0)
    return Duration(nanoseconds: overflow ? (negative ? .min : .max) : product)
  }

  /// The divisor must not be zero.
  public static func / (duration: Duration, divisor: Int64) -> Duration {
    let (quotient, overflow) = duration.nanoseconds.dividedReportingOverflow(by: divisor)
    precondition(divisor != 0, "a duration divided by zero")
    return Duration(nanoseconds: overflow ? .max : quotient)
  }
}
