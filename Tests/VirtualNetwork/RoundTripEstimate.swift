import PeerNet

/// The retransmission timeout of RFC 6298 in the way that Linux keeps it: the variance never counts for less than the
/// minimum, and shrinks by a quarter a round trip at most.
public struct RoundTripEstimate: Sendable {
  /// What the kernel starts from, and the bounds of what it waits for.
  public static let initial = TimeSpan.seconds(1)
  /// `TCP_RTO_MIN`.
  public static let minimum = TimeSpan.milliseconds(200)
  /// `TCP_RTO_MAX`.
  public static let maximum = TimeSpan.seconds(120)

  /// The smoothed round trip; nil before the first sample.
  public private(set) var smoothed: TimeSpan?
  /// The shortest sample.
  public private(set) var shortest = TimeSpan.max
  private var deviation = TimeSpan.zero  // four times the mean deviation
  private var highest = TimeSpan.zero
  private var variance = TimeSpan.zero

  /// Nothing measured yet.
  public init() {}

  /// The timeout before any backoff.
  public var timeout: TimeSpan {
    guard let smoothed else { return Self.initial }
    return min(smoothed + variance, Self.maximum)
  }

  /// Takes one measurement in; each heartbeat is a round trip of its own.
  public mutating func add(_ sample: TimeSpan) {
    shortest = min(shortest, sample)
    guard let smoothed else {
      self.smoothed = sample
      deviation = sample * 2
      variance = max(deviation, Self.minimum)
      highest = variance
      return
    }
    let error = sample - smoothed
    self.smoothed = smoothed + error / 8
    var change = max(error, -error) - deviation / 4
    // A round trip that became shorter is no reason to expect longer ones.
    if error < .zero, change > .zero { change = change / 8 }
    deviation = deviation + change
    highest = max(max(deviation, Self.minimum), .zero)
    variance = highest > variance ? highest : variance - (variance - highest) / 4
  }
}
