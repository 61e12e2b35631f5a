import PeerNet

/// How many lines a service may write to the log: a flood would wear the disk out and wash away what matters.
public struct LineBudget: Sendable {
  /// Lines at once.
  public static let burst: Int64 = 500
  /// Time after which one more is allowed.
  public static let interval = TimeSpan.milliseconds(100)

  private var fullAt = Instant.zero
  private var dropped: Int64 = 0

  /// Nothing spent.
  public init() {}

  /// Whether a line may be written now, and how many lines were dropped before it. A line that has to stay is never
  /// dropped and uses none of the budget.
  public mutating func take(at now: Instant, mustStay: Bool = false) -> (isAllowed: Bool, dropped: Int64) {
    if mustStay { return (true, 0) }
    let next = max(fullAt, now) + LineBudget.interval
    guard next - now <= LineBudget.interval * LineBudget.burst else {
      dropped += 1
      return (false, 0)
    }
    fullAt = next
    defer { dropped = 0 }
    return (true, dropped)
  }
}
