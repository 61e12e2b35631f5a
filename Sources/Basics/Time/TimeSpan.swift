/// A signed span of time in nanoseconds (about 292 years either way). All arithmetic saturates.
public struct TimeSpan: Hashable, Comparable, Sendable {
  /// Negative for a span that goes back.
  public let nanoseconds: Int64

  /// Any span that fits.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// No time at all.
  public static let zero = TimeSpan(nanoseconds: 0)
  /// The longest span, 292 years: for "without a limit".
  public static let max = TimeSpan(nanoseconds: .max)

  /// A span of nanoseconds.
  public static func nanoseconds(_ count: Int64) -> TimeSpan { TimeSpan(nanoseconds: count) }
  /// A span of microseconds, saturating.
  public static func microseconds(_ count: Int64) -> TimeSpan { nanoseconds(1_000) * count }
  /// A span of milliseconds, saturating.
  public static func milliseconds(_ count: Int64) -> TimeSpan { nanoseconds(1_000_000) * count }
  /// A span of seconds, saturating.
  public static func seconds(_ count: Int64) -> TimeSpan { nanoseconds(1_000_000_000) * count }

  /// Whole milliseconds, rounded towards zero.
  public var milliseconds: Int64 { nanoseconds / 1_000_000 }
  /// Whole seconds, rounded towards zero.
  public var seconds: Int64 { nanoseconds / 1_000_000_000 }

  public static func < (left: TimeSpan, right: TimeSpan) -> Bool { left.nanoseconds < right.nanoseconds }

  /// The span turned round; the most negative one becomes the longest.
  public static prefix func - (duration: TimeSpan) -> TimeSpan { .zero - duration }

  /// The sum, saturating.
  public static func + (left: TimeSpan, right: TimeSpan) -> TimeSpan {
    let (sum, overflow) = left.nanoseconds.addingReportingOverflow(right.nanoseconds)
    return TimeSpan(nanoseconds: overflow ? (left.nanoseconds < 0 ? .min : .max) : sum)
  }

  /// The difference, saturating.
  public static func - (left: TimeSpan, right: TimeSpan) -> TimeSpan {
    let (difference, overflow) = left.nanoseconds.subtractingReportingOverflow(right.nanoseconds)
    return TimeSpan(nanoseconds: overflow ? (left.nanoseconds < 0 ? .min : .max) : difference)
  }

  /// The span that many times over, saturating.
  public static func * (duration: TimeSpan, factor: Int64) -> TimeSpan {
    let (product, overflow) = duration.nanoseconds.multipliedReportingOverflow(by: factor)
    let negative = (duration.nanoseconds < 0) != (factor < 0)
    return TimeSpan(nanoseconds: overflow ? (negative ? .min : .max) : product)
  }

  /// The divisor must not be zero.
  public static func / (duration: TimeSpan, divisor: Int64) -> TimeSpan {
    let (quotient, overflow) = duration.nanoseconds.dividedReportingOverflow(by: divisor)
    precondition(divisor != 0, "a duration divided by zero")
    return TimeSpan(nanoseconds: overflow ? .max : quotient)
  }
}
