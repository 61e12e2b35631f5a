/// How long answers take: smoothed as RFC 6298 does it.
struct RoundTripEstimate {
  /// The smoothed round trip; nil before the first answer.
  private(set) var smoothed: TimeSpan?
  private var deviation = TimeSpan.zero

  /// The time within which nearly every answer comes.
  var expected: TimeSpan? { smoothed.map { $0 + deviation * 4 } }

  mutating func measure(_ sample: TimeSpan) {
    guard let smoothed else {
      self.smoothed = sample
      deviation = sample / 2
      return
    }
    deviation = deviation * 3 / 4 + max(sample - smoothed, smoothed - sample) / 4
    self.smoothed = smoothed * 7 / 8 + sample / 8
  }
}
