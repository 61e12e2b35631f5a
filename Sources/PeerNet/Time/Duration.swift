/// A signed span of time in nanoseconds (about 292 years either way). All arithmetic saturates.
public struct Duration: Hashable, Comparable, Sendable {
  public let nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  public static let zero = Duration(nanoseconds: 0)
  public static let max = Duration(nanoseconds: .max)

  public static func nanoseconds(_ count: Int64) -> Duration { Duration(nanoseconds: count) }
  public static func microseconds(_ count: Int64) -> Duration { nanoseconds(1_000) * count }
  public static func milliseconds(_ count: Int64) -> Duration { nanoseconds(1_000_000) * count }
  public static func seconds(_ count: Int64) -> Duration { nanoseconds(1_000_000_000) * count }

  /// Whole milliseconds, rounded towards zero.
  public var milliseconds: Int64 { nanoseconds / 1_000_000 }
  /// Whole seconds, rounded towards zero.
  public var seconds: Int64 { nanoseconds / 1_000_000_000 }

  public static func < (left: Duration, right: Duration) -> Bool { left.nanoseconds < right.nanoseconds }

  public static prefix func - (duration: Duration) -> Duration { .zero - duration }

  public static func + (left: Duration, right: Duration) -> Duration {
    let (sum, overflow) = left.nanoseconds.addingReportingOverflow(right.nanoseconds)
    return Duration(nanoseconds: overflow ? (left.nanoseconds < 0 ? .min : .max) : sum)
  }

  public static func - (left: Duration, right: Duration) -> Duration {
    let (difference, overflow) = left.nanoseconds.subtractingReportingOverflow(right.nanoseconds)
    return Duration(nanoseconds: overflow ? (left.nanoseconds < 0 ? .min : .max) : difference)
  }

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
