/// Which solicits are answered: so many in all, and so many a source address. The table is bounded; while every place
/// in it is taken by a busy source, new sources go unanswered and hear the next announce instead.
struct AnswerRate {
  private struct Source {
    let high: UInt64
    let low: UInt64
    var bucket = TokenBucket(interval: .milliseconds(500), burst: 4)
  }

  private static let maximumSources = 32
  private var all = TokenBucket(interval: .milliseconds(50), burst: 20)
  private var sources: [Source] = []

  mutating func admits(_ source: Endpoint, now: Instant) -> Bool {
    guard let index = place(for: source, now: now) else { return false }
    return sources[index].bucket.take(now: now) && all.take(now: now)
  }

  private mutating func place(for source: Endpoint, now: Instant) -> Int? {
    if let known = sources.firstIndex(where: { $0.high == source.high && $0.low == source.low }) { return known }
    let new = Source(high: source.high, low: source.low)
    if sources.count < Self.maximumSources {
      sources.append(new)
      return sources.count - 1
    }
    // A full bucket is as good as none.
    guard let idle = sources.firstIndex(where: { $0.bucket.isFull(now: now) }) else { return nil }
    sources[idle] = new
    return idle
  }
}
