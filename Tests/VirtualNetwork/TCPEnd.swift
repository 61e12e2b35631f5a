import PeerNet

/// One end of a TCP connection as Linux keeps it, as far as a link that loses packets can tell: what is sent when, what
/// waits for what, and how long.
///
/// It knows positions in the two streams, not bytes. What stalls a heartbeat is here: the retransmission timeout from the
/// measured round trip, at least 200 ms and doubling; the tail loss probe before it; the wait of everything behind a lost
/// segment, on both ends; the delayed acknowledgment; and the end after the kernel's limit. Driven as a `Node` is: call
/// its verbs, take segments until there is none, and call `timeout` no later than `deadline`.
public struct TCPEnd: Sendable {
  /// Where a connection is in its life.
  public enum State: Sendable {
    /// Nothing has been heard of the other end.
    case opening
    /// Both ends know each other.
    case open
    /// The other end will say nothing more.
    case finished
    /// The other end does not know this connection, or does not answer for too long.
    case broken
  }

  /// What is sent with a gap of more than this starts a segment of its own.
  public static let maximumSegment: Int64 = 1_448
  /// What Linux waits for something to send an acknowledgment with.
  static let acknowledgmentDelay = TimeSpan.milliseconds(40)
  /// `tcp_retries2` of 15 in time, from the minimum timeout.
  static let kernelLimit = TimeSpan.milliseconds(924_600)
  private static let window = 10 * maximumSegment

  private struct Flight {
    let range: Range<Int64>
    var sent: Instant
    var isReceived = false
    var isLost = false
  }

  private enum Timer {
    case probe(Instant), reordering(Instant), retransmission(Instant)

    var at: Instant {
      switch self {
      case .probe(let at), .reordering(let at), .retransmission(let at): at
      }
    }
  }

  public private(set) var state = State.opening
  /// How long sent data may stay unacknowledged (`TCP_USER_TIMEOUT`); nil for the kernel's own limit.
  public var userTimeout: TimeSpan?
  /// What was measured of the link.
  public private(set) var estimate = RoundTripEstimate()
  /// Bytes of the application that have arrived here, in order.
  public var delivered: Int64 { max(0, min(inOrder, finish.map { $0 - 1 } ?? .max) - 1) }
  /// All that was written has been acknowledged.
  public var isDrained: Bool { flight.isEmpty && next == written }

  // Sending. A SYN has position 0, the first byte position 1.
  private let isDialler: Bool
  private var flight: [Flight] = []
  private var next: Int64 = 0
  private var written: Int64 = 1
  private var finishesAt: Int64?
  private var timer: Timer?
  private var timeout = RoundTripEstimate.initial
  private var hasProbed = false
  /// After a timeout nothing new is sent before this has been acknowledged.
  private var recovery: Int64?
  /// Since when the first unacknowledged byte has been waiting.
  private var waitingSince: Instant?

  // Receiving.
  private var inOrder: Int64 = 0
  private var beyond: [Range<Int64>] = []
  private var finish: Int64?
  private var echo: Instant?
  private var acknowledgmentDue: Instant?
  private var acknowledgesNow = false

  /// The dialling end has a SYN to send; the other one says nothing before it hears it.
  public init(dialling: Bool, userTimeout: TimeSpan? = nil) {
    isDialler = dialling
    self.userTimeout = userTimeout
  }

  /// When `timeout` must be called at the latest.
  public var deadline: Instant { min(timer?.at ?? .distantFuture, acknowledgmentDue ?? .distantFuture) }

  // MARK: The application

  /// Bytes to send.
  public mutating func write(_ count: Int) {
    if finishesAt == nil { written += Int64(count) }
  }

  /// Nothing more will be written.
  public mutating func close() {
    guard finishesAt == nil else { return }
    finishesAt = written
    written += 1
  }

  // MARK: The link

  /// The next segment to send, or nil.
  public mutating func nextSegment(now: Instant) -> Segment? {
    guard state != .broken, isDialler || inOrder > 0 else { return nil }
    if let index = flight.firstIndex(where: \.isLost) { return retransmit(index, now: now) }
    // The SYN travels alone, and no data goes before it was answered.
    let limit = next == 0 ? 1 : (flight.first?.range.lowerBound == 0 ? next : written)
    if next < limit, recovery == nil, next - (flight.first?.range.lowerBound ?? next) < Self.window {
      let range = next..<min(limit, next + Self.maximumSegment)
      next = range.upperBound
      if flight.isEmpty { waitingSince = now }
      flight.append(Flight(range: range, sent: now))
      armProbe(now: now)
      return segment(range, now: now)
    }
    return acknowledgesNow ? segment(next..<next, now: now) : nil
  }

  /// A segment arrived.
  public mutating func receive(_ segment: Segment, now: Instant) {
    guard state != .broken else { return }
    if segment.start < segment.end { take(segment, now: now) }
    guard let acknowledged = segment.acknowledged else { return }
    note(acknowledged, segment.received, echo: segment.echo, now: now)
    if state == .opening, inOrder > 0, flight.first.map({ $0.range.lowerBound > 0 }) ?? (next > 0) { state = .open }
    if let finish, inOrder >= finish, state == .open { state = .finished }
  }

  /// The other end does not know this connection.
  public mutating func reset() { end() }

  /// Does what is due.
  public mutating func timeout(now: Instant) {
    if let due = acknowledgmentDue, due <= now {
      acknowledgmentDue = nil
      acknowledgesNow = true
    }
    guard let due = timer, due.at <= now else { return }
    switch due {
    case .probe:
      // The last segment once more, to hear what of the rest is missing.
      hasProbed = true
      flight[flight.count - 1].isLost = true
      timer = .retransmission(now + timeout)
    case .reordering:
      timer = nil
      markLost(now: now, final: true)
      if timer == nil { timer = .retransmission(now + timeout) }
    case .retransmission:
      if let waitingSince, now - waitingSince >= userTimeout ?? Self.kernelLimit { return end() }
      recovery = next
      for index in flight.indices where !flight[index].isReceived { flight[index].isLost = index == 0 }
      timeout = min(timeout * 2, RoundTripEstimate.maximum)
      armRetransmission(now: now)
    }
  }

  // MARK: Sending

  private mutating func retransmit(_ index: Int, now: Instant) -> Segment {
    flight[index].isLost = false
    flight[index].sent = now
    var range = flight[index].range
    // What was sent in small pieces is sent again in one.
    var last = index
    while range.lowerBound > 0, last + 1 < flight.count, !flight[last + 1].isReceived,
      flight[last + 1].range.upperBound - range.lowerBound <= Self.maximumSegment
    {
      last += 1
      range = range.lowerBound..<flight[last].range.upperBound
    }
    if last > index { flight.replaceSubrange(index...last, with: [Flight(range: range, sent: now)]) }
    return segment(range, now: now)
  }

  private mutating func segment(_ range: Range<Int64>, now: Instant) -> Segment {
    defer {
      acknowledgesNow = false
      acknowledgmentDue = nil
    }
    let finishes = finishesAt.map { range.upperBound > $0 && !range.isEmpty } ?? false
    return Segment(
      start: range.lowerBound, end: range.upperBound, acknowledged: inOrder > 0 ? inOrder : nil, received: beyond,
      sent: now, echo: echo, finishes: finishes)
  }

  private mutating func armProbe(now: Instant) {
    if case .retransmission = timer, recovery != nil || hasProbed { return }
    guard let smoothed = estimate.smoothed, !hasProbed, recovery == nil else { return armRetransmission(now: now) }
    let wait = smoothed * 2 + (flight.count == 1 ? RoundTripEstimate.minimum : .milliseconds(2))
    timer = .probe(min(now + wait, flight[0].sent + timeout))
  }

  private mutating func armRetransmission(now: Instant) {
    var at = now + timeout
    // The kernel wakes in time for the application's limit.
    if let userTimeout, let waitingSince { at = min(at, max(waitingSince + userTimeout, now)) }
    timer = .retransmission(at)
  }

  private mutating func note(_ acknowledged: Int64, _ received: [Range<Int64>], echo: Instant?, now: Instant) {
    var newest: Instant?
    var advanced = false
    while let first = flight.first, first.range.upperBound <= acknowledged {
      newest = max(newest ?? first.sent, first.sent)
      flight.removeFirst()
      advanced = true
    }
    for range in received {
      for index in flight.indices where !flight[index].isReceived && range.contains(flight[index].range.lowerBound) {
        guard flight[index].range.upperBound <= range.upperBound else { continue }
        flight[index].isReceived = true
        newest = max(newest ?? flight[index].sent, flight[index].sent)
      }
    }
    if advanced {
      if let echo { estimate.add(now - echo) }
      timeout = estimate.timeout
      hasProbed = false
      waitingSince = flight.isEmpty ? nil : now
      if let end = recovery {
        if acknowledged >= end { recovery = nil } else if !flight.isEmpty { flight[0].isLost = true }
      }
      timer = nil
      if !flight.isEmpty { armRetransmission(now: now) }
    }
    if newest != nil, recovery == nil { markLost(now: now, final: false) }
  }

  /// What was sent before something that has arrived is lost, unless it may only have been overtaken (RACK).
  private mutating func markLost(now: Instant, final: Bool) {
    guard let newest = flight.last(where: \.isReceived)?.sent else { return }
    let reordering = estimate.smoothed == nil ? TimeSpan.zero : estimate.shortest / 4
    for index in flight.indices where !flight[index].isReceived && flight[index].sent < newest {
      if final || newest - flight[index].sent > reordering {
        flight[index].isLost = true
      } else {
        timer = .reordering(now + reordering)
      }
    }
  }

  // MARK: Receiving

  private mutating func take(_ segment: Segment, now: Instant) {
    if segment.start <= inOrder || echo == nil { echo = acknowledgmentDue == nil ? segment.sent : echo }
    if segment.finishes { finish = segment.end }
    guard segment.end > inOrder else {
      acknowledgesNow = true
      return
    }
    guard segment.start <= inOrder else {
      insert(segment.start..<segment.end)
      acknowledgesNow = true
      return
    }
    // What comes with something missing behind it, or opens the connection, is acknowledged at once.
    if beyond.isEmpty && inOrder > 0 && !segment.finishes {
      if acknowledgmentDue == nil { acknowledgmentDue = now + Self.acknowledgmentDelay }
    } else {
      acknowledgesNow = true
    }
    inOrder = segment.end
    while let first = beyond.first, first.lowerBound <= inOrder {
      inOrder = max(inOrder, first.upperBound)
      beyond.removeFirst()
    }
  }

  private mutating func insert(_ range: Range<Int64>) {
    guard !beyond.contains(where: { $0.lowerBound <= range.lowerBound && $0.upperBound >= range.upperBound }) else {
      return
    }
    beyond.removeAll { $0.lowerBound >= range.lowerBound && $0.upperBound <= range.upperBound }
    let index = beyond.firstIndex { $0.lowerBound > range.lowerBound } ?? beyond.count
    beyond.insert(range, at: index)
  }

  private mutating func end() {
    state = .broken
    timer = nil
    acknowledgmentDue = nil
    acknowledgesNow = false
    flight = []
  }
}
