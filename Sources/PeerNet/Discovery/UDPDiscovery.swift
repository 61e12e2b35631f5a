import Sodium

/// Announces this node, asks who is there, answers who asks, and reports who was heard (Protocol, UDP).
///
/// Everything heard is a hint from anyone. Datagrams from beyond the link, and addresses that no connection can be
/// made to, are ignored; what is held for others is bounded.
public final class UDPDiscovery: Discovery {
  /// What to say on the network, and how often.
  public struct Configuration: Sendable {
    /// The node's own key: what it announces, and what it does not heed when it hears it.
    public let key: PublicKey
    /// The TCP port to announce and to answer with; nil for a node that only listens and asks.
    public let port: UInt16?
    /// Between two announces, unless asked.
    public let announceInterval: TimeSpan
    /// Whether to announce unasked.
    public var announces = true
    /// Whether to answer those who ask.
    public var answers = true

    /// Announces and answers, unless changed afterwards; without a `port` it can do neither.
    public init(key: PublicKey, port: UInt16?, announceInterval: TimeSpan = .seconds(5)) {
      self.key = key
      self.port = port
      self.announceInterval = announceInterval
    }
  }

  private struct PendingAnswer {
    let due: Instant
    let to: Endpoint
    let link: UInt32
    let nonce: DiscoveryNonce
  }

  private struct Inquiry {
    let nonce: DiscoveryNonce
    /// The solicits still to be sent, the next one last.
    var due: [Instant]
    /// Until when answers are taken.
    var until: Instant
  }

  // Implementation limits and pace.
  private static let maximumPendingAnswers = 16
  private static let maximumOutputs = 64
  private static let answerDelay = TimeSpan.milliseconds(100)
  private static let startDelay = TimeSpan.milliseconds(250)
  private static let minimumSpacing = TimeSpan.seconds(1)
  private static let solicitPauses: [TimeSpan] = [.zero, .milliseconds(250), .seconds(1)]
  private static let solicitInterval = TimeSpan.seconds(2)
  private static let solicitBurst: Int64 = 6
  private static let answersTakenFor = TimeSpan.seconds(3)

  private let key: PublicKey
  /// What to tell of ourselves; nil for a node that only listens and asks.
  private let announce: Announce?
  private let announces: Bool
  private let answersSolicits: Bool
  private let interval: TimeSpan
  private var random: RandomStream
  private var nextAnnounce: Instant?
  private var lastAnnounce: Instant?
  /// The next announce tells of a change, and may be lost.
  private var announcesTwice = false
  private var inquiry: Inquiry?
  /// Bounds how often this node asks, however often it is told to and however often the network changes.
  private var questions = TokenBucket(interval: solicitInterval, burst: solicitBurst)
  private var answers: [PendingAnswer] = []
  private var rate = AnswerRate()
  /// Oldest first.
  private var outputs: [DiscoveryOutput] = []

  /// The first announce follows within a quarter of a second; it asks only when told to. The randomness is spent on
  /// nonces and pauses.
  public init(_ configuration: Configuration, random: consuming RandomStream, now: Instant) {
    key = configuration.key
    announce = configuration.port.flatMap { Announce(key: configuration.key, port: $0) }
    announces = configuration.announces
    answersSolicits = configuration.answers
    interval = max(configuration.announceInterval, Self.minimumSpacing)
    self.random = random
    announceSoon(now)
  }

  public func receive(_ datagram: [UInt8], from source: Endpoint, link: UInt32?, now: Instant) {
    guard let link, source.isDialable, let content = try? Datagram.decode(datagram) else { return }
    switch content {
    case .announce(let announce):
      sight(announce.key, at: source.with(port: announce.port), .announce, now)
    case .answer(let answer):
      guard let inquiry, inquiry.nonce == answer.nonce, now < inquiry.until else { return }
      sight(answer.key, at: source.with(port: answer.port), .answer, now)
    case .solicit(let solicit):
      plan(answerTo: solicit, from: source, link, now)
    }
  }

  public func nextOutput() -> DiscoveryOutput? { outputs.isEmpty ? nil : outputs.removeFirst() }

  public var deadline: Instant? {
    var earliest = nextAnnounce
    func consider(_ instant: Instant?) {
      if let instant { earliest = min(earliest ?? instant, instant) }
    }
    if let inquiry { consider(inquiry.due.last.map { max($0, questions.next()) } ?? inquiry.until) }
    for answer in answers { consider(answer.due) }
    return earliest
  }

  /// Announces, answers and forgets what is due.
  public func timeout(now: Instant) {
    if let due = nextAnnounce, due <= now, let announce {
      emit(.broadcast(announce.bytes))
      lastAnnounce = now
      // ±10 %, so that nodes that started together do not stay together.
      nextAnnounce = now + interval - interval / 10 + random.duration(below: interval / 5)
      if announcesTwice {
        announcesTwice = false
        announceSoon(now)
      }
    }
    if var asking = inquiry {
      if let due = asking.due.last, due <= now, questions.take(now: now) {
        asking.due.removeLast()
        asking.until = max(asking.until, now + Self.answersTakenFor)
        emit(.broadcast(Solicit(nonce: asking.nonce).bytes))
      }
      inquiry = asking.due.isEmpty && asking.until <= now ? nil : asking
    }
    sendAnswers(now)
  }

  /// Announces soon, so that a link that just came up is worth something at once, and once more, but never in bursts.
  public func networkChanged(now: Instant) {
    announcesTwice = true
    announceSoon(now)
  }

  /// Asks three times within 1.25 seconds. A second call in that time starts over with the same nonce. Six questions
  /// may follow each other at once, then one every two seconds; further ones are delayed.
  public func solicit(now: Instant) {
    var nonce = DiscoveryNonce(high: random.next(), low: random.next())
    if let inquiry, now < inquiry.until { nonce = inquiry.nonce }
    var due: [Instant] = []
    var next = now
    for pause in Self.solicitPauses {
      next = next + pause
      due.insert(next, at: 0)
    }
    inquiry = Inquiry(nonce: nonce, due: due, until: next + Self.answersTakenFor)
    timeout(now: now)
  }

  private func announceSoon(_ now: Instant) {
    guard announces, announce != nil else { return }
    var soon = now + random.duration(below: Self.startDelay)
    if let lastAnnounce { soon = max(soon, lastAnnounce + Self.minimumSpacing) }
    nextAnnounce = min(nextAnnounce ?? soon, soon)
  }

  private func plan(answerTo solicit: Solicit, from source: Endpoint, _ link: UInt32, _ now: Instant) {
    // Our own question comes back to us as well: it was broadcast.
    guard answersSolicits, announce != nil, solicit.nonce != inquiry?.nonce, answers.count < Self.maximumPendingAnswers,
      !answers.contains(where: { $0.to == source && $0.nonce == solicit.nonce }), rate.admits(source, now: now)
    else { return }
    let due = now + random.duration(below: Self.answerDelay)
    answers.append(PendingAnswer(due: due, to: source, link: link, nonce: solicit.nonce))
  }

  private func sendAnswers(_ now: Instant) {
    guard let announce else { return }
    for answer in answers where answer.due <= now {
      guard let content = SolicitAnswer(nonce: answer.nonce, key: announce.key, port: announce.port) else { continue }
      emit(.send(content.bytes, to: answer.to, link: answer.link))
    }
    answers.removeAll { $0.due <= now }
  }

  /// What nobody fetches is not piled up: every output is sent again sooner or later.
  private func emit(_ output: DiscoveryOutput) {
    if outputs.count < Self.maximumOutputs { outputs.append(output) }
  }

  private func sight(_ seen: PublicKey, at endpoint: Endpoint, _ source: Sighting.Source, _ now: Instant) {
    guard seen != key else { return }
    emit(.sighting(Sighting(key: seen, endpoint: endpoint, source: source, at: now)))
  }
}

extension RandomStream {
  /// At least zero, less than `bound`.
  fileprivate mutating func duration(below bound: TimeSpan) -> TimeSpan {
    bound.nanoseconds > 0 ? .nanoseconds(Int64(below(UInt64(bound.nanoseconds)))) : .zero
  }
}
