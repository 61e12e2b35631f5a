import PeerNet
import Seeds
import VirtualNetwork

/// One connection between two ends of one policy over one link, idle but for its heartbeat, for as long as one likes.
public final class LinkRun {
  private struct End {
    var detector: any Detector
    var tcp: TCPEnd
    /// The way from here to the other end.
    var path: Path
    /// Messages in the stream to here, and the position behind each.
    var incoming: [(message: Message, end: Int64)] = []
    var written: Int64 = 0
    var hasPower = true
    var isSuspicious = false
    /// When it gave the connection up for good.
    var gaveUp: Instant?
    /// When its detector and its TCP want to be called.
    var detectorDue = Instant.zero
    var tcpDue = Instant.zero
  }

  private enum Arrival {
    case segment(Segment, to: Int, connection: Int)
    case datagram(Message, to: Int, connection: Int)
    /// The other end knows of no such connection.
    case reset(to: Int)
  }

  /// What an end concluded, and when.
  public struct Verdict: Sendable {
    public let at: Instant
    public let end: Int
    public let isDead: Bool
  }

  public let policy: Policy
  public private(set) var now: Instant
  /// Since the last `forget`.
  public private(set) var verdicts: [Verdict] = []
  /// Times that the connection was given up although both ends had power.
  public private(set) var falseAlarms = 0
  /// Times that an end suspected the other although it had power.
  public private(set) var suspicions = 0
  /// Of each end: how often its program was woken.
  public private(set) var wakeUps = [0, 0]
  /// Of both directions, above TCP or UDP.
  public private(set) var bytes = 0
  /// Whether what is given up stays so. Otherwise a new connection follows at once.
  public var staysGivenUp = false
  /// When the request of `ask` was answered.
  public private(set) var answered: Instant?

  private var ends: [End]
  private var agenda = Agenda<Arrival>()
  private var connection = 0
  private var seed: SeededGenerator
  private var actions: [Action] = []

  /// A connection that has just come up.
  public init(_ policy: Policy, _ weather: Weather, seed: UInt64, now: Instant = Instant(nanoseconds: 1_000_000_000)) {
    self.policy = policy
    self.now = now
    self.seed = SeededGenerator(seed: seed)
    ends = []
    for direction in 0..<2 {
      ends.append(
        End(
          detector: policy.detector(self.seed.child(), now),
          tcp: TCPEnd(dialling: direction == 0, userTimeout: policy.userTimeout),
          path: Path(weather, link: seed, direction: UInt64(direction))))
    }
    begin()
  }

  /// One end loses its power; the other one is not told.
  public func cutPower(of end: Int) {
    ends[end].hasPower = false
    (ends[end].detectorDue, ends[end].tcpDue) = (.distantFuture, .distantFuture)
  }

  /// The link becomes a black hole in the direction from an end.
  public func blackHole(from end: Int, _ isBlackHole: Bool = true) { ends[end].path.isBlackHole = isBlackHole }

  /// When an end gave up for good.
  public func gaveUp(_ end: Int) -> Instant? { ends[end].gaveUp }

  /// The first end's program asks the other one's something, unless it has given up.
  public func ask() {
    guard ends[0].gaveUp == nil else { return }
    say(Self.request, policy.usesStream ? .stream : .datagram, from: 0)
  }

  private static let request = Message.ping(.max)
  private static let response = Message.pong(.max)

  /// Forgets the verdicts so far.
  public func forget() { verdicts = [] }

  /// Whether an end suspects the other now.
  public func suspects(_ end: Int) -> Bool { ends[end].isSuspicious }

  /// Lets time pass, until `end`, until an end says `dead` of one that has no power, or until there is an answer.
  public func run(until end: Instant) {
    while true {
      var next = agenda.next
      for index in 0..<2 { next = min(next, min(ends[index].detectorDue, ends[index].tcpDue)) }
      guard next <= end else { break }
      now = max(now, next)
      while let arrival = agenda.take(dueAt: now) { arrive(arrival) }
      for index in 0..<2 {
        if ends[index].tcpDue <= now {
          ends[index].tcp.timeout(now: now)
          settle(index)
        }
        if ends[index].detectorDue <= now {
          wakeUps[index] += 1
          ends[index].detector.timeout(now: now, actions: &actions)
          carryOut(index)
        }
      }
      if verdicts.last?.isDead ?? false, !(ends[0].hasPower && ends[1].hasPower) { return }
      if answered != nil { return }
    }
    now = end
  }

  // MARK: -

  private func arrive(_ arrival: Arrival) {
    switch arrival {
    case .segment(_, let index, _) where ends[index].gaveUp != nil:
      if let delay = ends[index].path.travel(at: now) { agenda.add(.reset(to: 1 - index), at: now + delay) }
    case .reset(let index): if ends[index].gaveUp == nil { concludeDead(index) }
    case .datagram(_, let index, _) where ends[index].gaveUp != nil: break
    case .segment(let segment, let index, connection) where ends[index].hasPower:
      let before = ends[index].tcp.delivered
      ends[index].tcp.receive(segment, now: now)
      settle(index)
      let delivered = ends[index].tcp.delivered
      guard delivered > before else { return }
      wakeUps[index] += 1
      while let first = ends[index].incoming.first, first.end <= delivered {
        ends[index].incoming.removeFirst()
        let current = connection
        take(first.message, .stream, at: index)
        if current != connection { return }
      }
    case .datagram(let message, let index, connection) where ends[index].hasPower:
      wakeUps[index] += 1
      take(message, .datagram, at: index)
    case .segment, .datagram: break
    }
  }

  /// A message has come. What a program says to another one is life to the detector, and nothing more.
  private func take(_ message: Message, _ channel: Channel, at index: Int) {
    let isProgram = message == Self.request || message == Self.response
    ends[index].detector.received(isProgram ? .beat : message, channel, now: now, actions: &actions)
    carryOut(index)
    guard isProgram, ends[index].gaveUp == nil else { return }
    if message == Self.request { say(Self.response, channel, from: index) } else { answered = now }
  }

  /// Sends what TCP has to send, and notes its end.
  private func settle(_ index: Int) {
    guard policy.usesStream, ends[index].gaveUp == nil else {
      ends[index].tcpDue = .distantFuture
      return
    }
    while let segment = ends[index].tcp.nextSegment(now: now) {
      guard let delay = ends[index].path.travel(at: now) else { continue }
      agenda.add(.segment(segment, to: 1 - index, connection: connection), at: now + delay)
    }
    ends[index].tcpDue = ends[index].tcp.deadline
    if ends[index].tcp.state == .broken { concludeDead(index) }
  }

  private func carryOut(_ index: Int) {
    defer {
      actions.removeAll(keepingCapacity: true)
      ends[index].detectorDue = ends[index].gaveUp == nil ? ends[index].detector.deadline : .distantFuture
    }
    for position in actions.indices {
      switch actions[position] {
      case .say(let message, let channel): say(message, channel, from: index)
      case .suspect:
        guard !ends[index].isSuspicious else { continue }
        ends[index].isSuspicious = true
        verdicts.append(Verdict(at: now, end: index, isDead: false))
        if ends[1 - index].hasPower { suspicions += 1 }
      case .relieved: ends[index].isSuspicious = false
      case .dead: return concludeDead(index)
      }
    }
  }

  private func say(_ message: Message, _ channel: Channel, from index: Int) {
    let size = policy.bytes(message, channel)
    bytes += size
    switch channel {
    case .stream:
      ends[index].written += Int64(size)
      ends[1 - index].incoming.append((message, ends[index].written))
      ends[index].tcp.write(size)
      settle(index)
    case .datagram:
      guard let delay = ends[index].path.travel(at: now) else { return }
      agenda.add(.datagram(message, to: 1 - index, connection: connection), at: now + delay)
    }
  }

  /// An end gives the connection up. If that was wrong, a new one follows at once.
  private func concludeDead(_ index: Int) {
    verdicts.append(Verdict(at: now, end: index, isDead: true))
    if staysGivenUp {
      ends[index].gaveUp = now
      (ends[index].detectorDue, ends[index].tcpDue) = (.distantFuture, .distantFuture)
      return
    }
    guard ends[1 - index].hasPower else { return }
    falseAlarms += 1
    connection += 1
    for index in 0..<2 {
      ends[index].detector = policy.detector(seed.child(), now)
      ends[index].tcp = TCPEnd(dialling: index == 0, userTimeout: policy.userTimeout)
      ends[index].incoming = []
      ends[index].written = 0
      ends[index].isSuspicious = false
    }
    begin()
  }

  /// Both ends start; one dials.
  private func begin() {
    for index in 0..<2 {
      ends[index].detectorDue = ends[index].detector.deadline
      settle(index)
    }
  }
}
