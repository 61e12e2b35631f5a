import PeerNet
import Seeds
import Testing
import VirtualNetwork

/// Two ends of a TCP connection over a way of 10 ms, with a hand on each packet.
private struct Pair {
  var ends = [TCPEnd(dialling: true), TCPEnd(dialling: false)]
  var now = Instant.zero
  /// Of each end, when it sent what.
  var sent: [[(at: Instant, segment: Segment)]] = [[], []]
  /// Of each end, when what it received had grown to how many bytes.
  var arrivals: [[(at: Instant, count: Int64)]] = [[], []]
  /// The delay of a packet of an end, or nil to lose it.
  var way: (Int, Segment, Instant) -> TimeSpan? = { _, _, _ in .milliseconds(10) }
  private var agenda = Agenda<(Segment, Int)>()

  /// A connection that has come up and has measured its round trip some times.
  init(userTimeout: TimeSpan? = nil, warm: Int = 8) {
    ends[0].userTimeout = userTimeout
    settle()
    for _ in 0..<warm {
      run(.seconds(1))
      write(0, 10)
    }
    run(.seconds(1))
    sent = [[], []]
    arrivals = [[], []]
  }

  mutating func write(_ end: Int, _ count: Int) {
    ends[end].write(count)
    settle()
  }

  mutating func run(_ duration: TimeSpan) {
    let end = now + duration
    while true {
      let next = min(agenda.next, min(ends[0].deadline, ends[1].deadline))
      guard next <= end else { break }
      now = max(now, next)
      while let (segment, to) = agenda.take(dueAt: now) {
        let before = ends[to].delivered
        ends[to].receive(segment, now: now)
        if ends[to].delivered > before { arrivals[to].append((now, ends[to].delivered)) }
      }
      for index in 0..<2 where ends[index].deadline <= now { ends[index].timeout(now: now) }
      settle()
    }
    now = end
  }

  mutating func settle() {
    for index in 0..<2 {
      while let segment = ends[index].nextSegment(now: now) {
        sent[index].append((now, segment))
        if let delay = way(index, segment, now) { agenda.add((segment, 1 - index), at: now + delay) }
      }
    }
  }

  /// When an end sent segments with data, from an instant on, in milliseconds.
  func times(of end: Int, since start: Instant) -> [Int64] {
    sent[end].filter { $0.segment.end > $0.segment.start }.map { ($0.at - start).milliseconds }
  }
}

@Suite struct TCPEndTests {
  @Test func connectsAndDelivers() {
    var pair = Pair(warm: 0)
    #expect(pair.ends.map(\.state) == [.open, .open])
    pair.write(0, 100)
    pair.write(1, 3_000)
    pair.run(.seconds(1))
    #expect(pair.ends[1].delivered == 100)
    #expect(pair.ends[0].delivered == 3_000)
    #expect(pair.ends.allSatisfy { $0.isDrained })
    #expect(pair.ends.allSatisfy { $0.deadline == .distantFuture })
  }

  /// 20 ms of round trip and 40 ms of delayed acknowledgment, and 200 ms at least for the variance.
  @Test func theTimeoutIsAtLeast200Milliseconds() {
    let pair = Pair()
    let estimate = pair.ends[0].estimate
    #expect((20...60).contains(estimate.smoothed!.milliseconds))
    #expect(estimate.timeout - estimate.smoothed! >= .milliseconds(200))
    #expect(estimate.timeout <= .milliseconds(300))
  }

  /// The tail loss probe, then the timeout, which doubles each time, up to two minutes.
  @Test func aSilentLinkIsAskedMoreAndMoreSeldom() {
    var pair = Pair()
    pair.way = { _, _, _ in nil }
    let start = pair.now
    let estimate = pair.ends[0].estimate
    pair.write(0, 10)
    pair.run(.seconds(600))
    let times = pair.times(of: 0, since: start)
    let timeout = estimate.timeout.milliseconds
    #expect(times[0] == 0)
    #expect(times[1] <= timeout)
    #expect(times[1] >= min(timeout, estimate.smoothed!.milliseconds * 2 + 200) - 1)
    let gaps = zip(times.dropFirst(2), times.dropFirst()).map { $0 - $1 }
    for (index, gap) in gaps.enumerated() {
      #expect(abs(gap - min(timeout << index, 120_000)) <= 1 << index, "\(gaps)")
    }
    #expect(gaps.count >= 10)
    #expect(gaps.last == 120_000)
  }

  @Test(arguments: [15, 40] as [Int64]) func theApplicationsLimitEndsIt(seconds: Int64) {
    var pair = Pair(userTimeout: .seconds(seconds))
    pair.way = { _, _, _ in nil }
    pair.write(0, 10)
    pair.run(.seconds(seconds) - .milliseconds(1))
    #expect(pair.ends[0].state == .open)
    pair.run(.milliseconds(2))
    #expect(pair.ends[0].state == .broken)
    #expect(pair.ends[0].deadline == .distantFuture)
  }

  @Test func theKernelsLimitEndsIt() {
    var pair = Pair()
    pair.way = { _, _, _ in nil }
    pair.write(0, 10)
    pair.run(.seconds(924))
    #expect(pair.ends[0].state == .open)
    pair.run(.seconds(121))
    #expect(pair.ends[0].state == .broken)
  }

  /// What is written behind a lost segment waits for it: nothing new is sent, and nothing arrives, before it has.
  @Test func everythingWaitsForTheHead() {
    var pair = Pair()
    let start = pair.now
    pair.way = { _, _, now in now < start + .milliseconds(3_000) ? nil : .milliseconds(10) }
    pair.write(0, 10)
    pair.run(.milliseconds(1_500))
    let before = pair.sent[0].count
    pair.write(0, 20)
    #expect(pair.sent[0].count == before)
    pair.run(.seconds(10))
    #expect(pair.ends[1].delivered == 8 * 10 + 30)
    // The silence was over at 3,000 ms; TCP slept on.
    #expect(pair.arrivals[1].first!.at > start + .milliseconds(3_300))
    #expect(pair.arrivals[1].first!.count == 8 * 10 + 10)
    #expect(pair.arrivals[1].first!.at < start + .milliseconds(6_000))
    #expect(pair.arrivals[1].last!.at < pair.arrivals[1].first!.at + .milliseconds(100))
  }

  /// A burst of silence costs up to as much again, and never more.
  @Test(arguments: 0..<40) func aStallIsAtMostTwiceTheSilence(offset: Int64) {
    var pair = Pair()
    let silence = (pair.now + .milliseconds(500))..<(pair.now + .milliseconds(3_500))
    pair.way = { _, _, now in silence.contains(now) ? nil : .milliseconds(10) }
    pair.run(.milliseconds(500 + offset * 80))
    let written = pair.now
    pair.write(0, 10)
    pair.run(.seconds(20))
    let arrival = pair.arrivals[1].last!.at
    if written < silence.upperBound {
      #expect(arrival > silence.upperBound)
      #expect(arrival - written <= (silence.upperBound - written) * 2 + .milliseconds(300))
    }
  }

  /// One of several segments is sent again as soon as a later one has been acknowledged; no timeout passes.
  @Test func aGapIsFilledWithinTwoRoundTrips() {
    var pair = Pair()
    let start = pair.now
    pair.way = { end, _, now in end == 0 && now == start ? nil : .milliseconds(10) }
    pair.write(0, 10)
    pair.run(.milliseconds(15))
    pair.write(0, 10)
    pair.run(.seconds(1))
    #expect(pair.times(of: 0, since: start) == [0, 15, 35])
    #expect(pair.arrivals[1].map { ($0.at - start).milliseconds } == [45])
  }

  /// What overtakes by less than a quarter of the round trip is no loss.
  @Test func reorderingIsNotLoss() {
    var pair = Pair()
    let start = pair.now
    pair.way = { end, _, now in .milliseconds(end == 0 && now == start ? 14 : 10) }
    pair.write(0, 10)
    pair.run(.milliseconds(1))
    pair.write(0, 10)
    pair.run(.seconds(1))
    #expect(pair.times(of: 0, since: start) == [0, 1])
    #expect(pair.arrivals[1].map { ($0.at - start).milliseconds } == [14])
  }

  @Test func anEndIsSaidAndHeard() {
    var pair = Pair()
    pair.write(0, 10)
    pair.ends[0].close()
    pair.settle()
    pair.run(.seconds(1))
    #expect(pair.ends[1].state == .finished)
    #expect(pair.ends[1].delivered == 8 * 10 + 10)
    #expect(pair.ends[0].isDrained)
    pair.ends[1].reset()
    #expect(pair.ends[1].state == .broken)
  }

  /// With any loss but a total one, every byte arrives, once, and both ends come to rest.
  @Test(arguments: 1...40) func nothingIsLostForGood(seed: UInt64) {
    var dice = SeededGenerator(seed: seed)
    var pair = Pair(warm: 0)
    var weather = Weather(roundTrip: .milliseconds(Int64(5 + dice.next() % 400)), loss: Double(seed % 5) / 10)
    weather.jitter = .milliseconds(Int64(dice.next() % 60))
    if seed.isMultiple(of: 3) {
      // Much more than this, and the kernel's limit is reached now and then.
      weather.loss = 0.05
      (weather.goodTime, weather.badTime, weather.badLoss) = (.seconds(5), .seconds(2), 0.8)
    }
    var paths = (0..<2).map { Path(weather, link: seed, direction: UInt64($0)) }
    pair.way = { end, _, now in paths[end].travel(at: now) }
    var written: [Int64] = [0, 0]
    for _ in 0..<200 {
      let (end, count) = (Int(dice.next() & 1), Int(1 + dice.next() % 4_000))
      pair.write(end, count)
      written[end] += Int64(count)
      pair.run(dice.exponential(mean: .seconds(3)))
    }
    pair.run(.seconds(3_600))
    #expect(pair.ends[1].delivered == written[0], "seed \(seed)")
    #expect(pair.ends[0].delivered == written[1], "seed \(seed)")
    #expect(pair.ends.allSatisfy { $0.isDrained && $0.deadline == .distantFuture }, "seed \(seed)")
  }
}
