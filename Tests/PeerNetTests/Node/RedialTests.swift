import Sodium
import Testing

@testable import PeerNet

/// When a peer is dialled again. Whatever reaches a thousand boards in the same instant must not bring them back in step.
@Suite struct RedialTests {
  private static let now = Instant(nanoseconds: 1_000_000_000)
  private static let limits = Limits()
  private static let boards = 1_000

  /// When each of the boards dials, after `change`, sorted, from `now`.
  private static func dials(after change: (inout Redial, inout RandomStream) -> Void) -> [TimeSpan] {
    (0..<boards).map { board -> TimeSpan in
      var random = RandomStream(seed: [UInt8](repeating: UInt8(board >> 8), count: 31) + [UInt8(board & 255)])
      var redial = Redial(now: now)
      change(&redial, &random)
      return redial.notBefore - now
    }.sorted()
  }

  /// They fill the whole of `window`, with no more than a fifth above the mean in any quarter of it.
  private static func fill(_ times: [TimeSpan], _ window: TimeSpan) -> Bool {
    guard times[0] >= .zero, times[boards - 1] < window else { return false }
    return (0..<4).allSatisfy { quarter in
      let count = times.count { $0.nanoseconds * 4 / window.nanoseconds == Int64(quarter) }
      return count > boards / 5 && count < boards * 3 / 10
    }
  }

  private static func fail(_ redial: inout Redial, _ random: inout RandomStream, times: Int = 8) {
    for _ in 0..<times { redial.failed(now: now, limits: limits, random: &random) }
  }

  @Test func connectionsThatEndTogetherAreDialledApart() {
    let times = Self.dials {
      $0.disconnected(after: .seconds(60), bye: false, now: Self.now, limits: Self.limits, random: &$1)
    }
    #expect(Self.fill(times, Self.limits.redialFloor))
  }

  /// A peer that is restarted again and again, and says so, is back each time as soon as the first time.
  @Test func aGoodSessionBeginsANewCount() {
    for bye in [false, true] {
      var random = RandomStream(seed: [UInt8](repeating: 5, count: 32))
      var redial = Redial(now: Self.now)
      var now = Self.now
      for round in 0..<12 {
        // It is down for a while in between.
        if round % 3 == 2 { Self.fail(&redial, &random, times: 2) }
        now = now + .seconds(12)
        redial.disconnected(after: .seconds(12), bye: bye, now: now, limits: Self.limits, random: &random)
        #expect(redial.notBefore - now <= Self.limits.redialFloor, "\(round), bye: \(bye)")
      }
    }
  }

  /// Who lets us in and says goodbye at once does not want us.
  @Test func sessionsThatDoNotLastAreRepeatedMoreAndMoreRarely() {
    for bye in [false, true] {
      var random = RandomStream(seed: [UInt8](repeating: 6, count: 32))
      var redial = Redial(now: Self.now)
      for _ in 0..<8 {
        redial.disconnected(after: .seconds(3), bye: bye, now: Self.now, limits: Self.limits, random: &random)
      }
      #expect(redial.notBefore - Self.now >= Self.limits.redialCeiling / 2)
    }
  }

  @Test func aChangeOfTheNetworkIsAnsweredApart() {
    let window = TimeSpan.milliseconds(500)
    let times = Self.dials {
      Self.fail(&$0, &$1)
      $0.networkChanged(within: window, now: Self.now, random: &$1)
    }
    #expect(Self.fill(times, window))
  }

  @Test func anAnnounceIsAnsweredApart() {
    let times = Self.dials {
      Self.fail(&$0, &$1)
      _ = $0.hinted(now: Self.now, limits: Self.limits, random: &$1)
    }
    #expect(Self.fill(times, Self.limits.redialFloor * 4))
  }

  @Test func failuresAreRepeatedApartAndMoreAndMoreRarely() {
    for failures in 1...12 {
      let times = Self.dials { Self.fail(&$0, &$1, times: failures) }
      let ceiling = min(Self.limits.redialFloor * (Int64(1) << Int64(failures - 1)), Self.limits.redialCeiling)
      #expect(times[0] >= ceiling / 2 && times[Self.boards - 1] <= ceiling, "\(failures) failures")
      #expect(Self.fill(times.map { $0 - ceiling / 2 }, ceiling / 2), "\(failures) failures")
    }
  }
}
