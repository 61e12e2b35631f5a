import Sodium

/// When to dial a peer again: jittered, doubling, and reset by whatever promises better luck.
struct Redial {
  private(set) var failures = 0
  /// No dial before this.
  private(set) var notBefore: Instant
  private var lastHint: Instant?

  init(now: Instant) { notBefore = now }

  /// A round of dials to every known address has failed.
  mutating func failed(now: Instant, limits: Limits, random: inout RandomStream) {
    let factor = Int64(1) << Int64(min(failures, 20))
    let ceiling = limits.redialCeiling.nanoseconds
    let (product, overflow) = limits.redialFloor.nanoseconds.multipliedReportingOverflow(by: factor)
    let delay = overflow ? ceiling : min(product, ceiling)
    failures += 1
    notBefore = now + TimeSpan(nanoseconds: delay / 2 + Int64(random.below(UInt64(max(delay / 2, 1)))))
  }

  /// A round beside a connection that is suspect: the next one comes later each time, and soon again after long peace.
  mutating func besideSuspect(now: Instant, limits: Limits, random: inout RandomStream) {
    if now >= notBefore + limits.redialCeiling { failures = 0 }
    failed(now: now, limits: limits, random: &random)
  }

  /// A connection that had been up ended: come back soon, but not in step with everybody else.
  ///
  /// With `bye` the peer has said why it ended: it may come back on its own, and who does not want us is not pestered.
  mutating func disconnected(
    after uptime: TimeSpan, bye: Bool, now: Instant, limits: Limits, random: inout RandomStream
  ) {
    // A connection that never lasts is no better than a dial that fails. One that did begins a new count.
    let wasGood = uptime >= .seconds(10)
    if wasGood { failures = 0 }
    guard wasGood && !bye else { return failed(now: now, limits: limits, random: &random) }
    notBefore = now + Self.below(limits.redialFloor, &random)
  }

  /// An announce: dial soon, but not more often than the bound, since anybody can send one.
  ///
  /// A thousand boards hear the same announce: none dials in step with the others.
  ///
  /// - Returns: false when it came too soon after the last one.
  mutating func hinted(now: Instant, limits: Limits, random: inout RandomStream) -> Bool {
    if let lastHint, now < lastHint + limits.hintInterval { return false }
    lastHint = now
    if failures > 0 { notBefore = min(notBefore, now + Self.below(limits.redialFloor * 4, &random)) }
    return true
  }

  /// The network changed: start over soon, but not in step with everybody who lost the same access point.
  mutating func networkChanged(within window: TimeSpan, now: Instant, random: inout RandomStream) {
    if failures > 0 { notBefore = min(notBefore, now + Self.below(window, &random)) }
    failures = 0
  }

  /// The application asks: start over.
  mutating func reset(now: Instant) {
    failures = 0
    notBefore = min(notBefore, now)
  }

  private static func below(_ bound: TimeSpan, _ random: inout RandomStream) -> TimeSpan {
    TimeSpan(nanoseconds: Int64(random.below(UInt64(max(bound.nanoseconds, 1)))))
  }
}
