import Basics
import Testing

@Suite struct TimeTests {
  @Test func arithmeticSaturates() {
    #expect(Instant.distantFuture + .seconds(1) == .distantFuture)
    #expect(Instant(nanoseconds: 5) + .nanoseconds(-6) == .zero)
    #expect(Instant.zero + .nanoseconds(.min) == .zero)
    #expect(Instant(nanoseconds: 5) - .nanoseconds(.min) == Instant(nanoseconds: 5 + UInt64(Int64.max)))
    #expect(Instant.distantFuture - Instant.zero == .max)
    #expect(Instant.zero - Instant.distantFuture == .nanoseconds(-.max))
    #expect(TimeSpan.seconds(.max) == .max)
    #expect(TimeSpan.seconds(.min) == .nanoseconds(.min))
    #expect(TimeSpan.max + .nanoseconds(1) == .max)
    #expect(TimeSpan.nanoseconds(.min) - .nanoseconds(1) == .nanoseconds(.min))
    #expect(-TimeSpan.nanoseconds(.min) == .max)
    #expect(TimeSpan.nanoseconds(.min) / -1 == .max)
    #expect(TimeSpan.max * -2 == .nanoseconds(.min))
  }

  @Test func arithmeticIsOrdinaryOtherwise() {
    let start = Instant(nanoseconds: 1_000)
    #expect(start + .microseconds(1) - start == .nanoseconds(1_000))
    #expect(start - (start + .milliseconds(3)) == -.milliseconds(3))
    #expect(TimeSpan.seconds(3) / 2 == .milliseconds(1_500))
    #expect(TimeSpan.seconds(90).seconds == 90)
    #expect(TimeSpan.seconds(2).milliseconds == 2_000)
    #expect(TimeSpan.seconds(-1) < .zero)
    #expect(start < start + .nanoseconds(1))
  }
}
