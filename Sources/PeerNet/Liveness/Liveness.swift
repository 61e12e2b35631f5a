import Sodium

/// Whether a connection's other end lives: `alive`, then `suspect`, then dead (Protocol, Heartbeat).
///
/// A silent peer is asked in the stream; any authenticated byte of it is life. What is not answered within a time that
/// adapts to the answers so far is suspect: from then on probes ask beside the stream. An echo is life, too, whatever TCP
/// does meanwhile; but the peer stays suspect until the stream speaks again, and not for ever.
///
/// Of two ends that share an interval only the one whose chance is shorter asks; then both draw anew.
package struct Liveness {
  /// What is to be done now.
  package enum Output: Hashable, Sendable {
    /// Ping in the stream.
    case ask
    /// Send a probe with this number.
    case probe(UInt64)
    /// The peer is overdue: what could be done in advance is done now.
    case suspect
    /// The connection is given up.
    case dead
  }

  package let rules: LivenessRules
  package private(set) var state = LivenessState.alive
  /// Since when it is in that state.
  package private(set) var since: Instant
  private let sendsProbes: Bool
  /// When the stream spoke last.
  private var streamHeard: Instant
  /// When the stream last moved, in either direction.
  private var moved: Instant
  /// Whatever was asked before does not count: we were not there to hear the answer.
  private var patientSince: Instant
  /// The interval, less chance.
  private var wait: TimeSpan
  /// When the question in the stream was due that nothing has followed.
  private var asked: Instant?
  /// The number of the last question in the stream, until it is answered or too late.
  private var question: UInt64?
  private var nextProbe: Instant
  /// Probes before the first echo: whether there is a way for them shows before they are needed.
  private var trials = 0
  /// The last echo of a probe.
  private var echoed: Instant?
  /// How many bytes of the stream the peer had when it said so last.
  private var peerReceived: UInt64 = 0
  private var output: Output?
  private var estimate = RoundTripEstimate()
  private var questions = QuestionLog()

  private static let maximumTrials = 6
  /// A timer that fires so late means that we did not run.
  private static let lateness = TimeSpan.seconds(1)

  /// For a connection that was heard just now; `sendsProbes` when both ends offer them.
  package init(rules: LivenessRules, sendsProbes: Bool, now: Instant, random: inout RandomStream) {
    self.rules = rules
    self.sendsProbes = sendsProbes
    (since, streamHeard, moved, patientSince) = (now, now, now, now)
    nextProbe = sendsProbes ? now + .seconds(1) : .distantFuture
    wait = .zero
    wait = jittered(&random)
  }

  /// When the peer was last heard, by whatever way.
  package var heard: Instant { max(streamHeard, echoed ?? streamHeard) }

  /// The smoothed round trip in the stream; nil before the first answer.
  package var roundTrip: TimeSpan? { estimate.smoothed }

  /// Of the last questions, at most 64, how many are settled and how many of those were not answered.
  package var loss: (asked: Int, unanswered: Int) { questions.settled(open: state == .alive ? 1 : 5) }

  // MARK: Time

  /// When to call `timeout`.
  package var deadline: Instant {
    switch state {
    case .alive: min(nextProbe, asked.map { $0 + answerTime } ?? streamHeard + wait)
    case .suspect: min(nextProbe, limit)
    }
  }

  /// Does one thing of what is due, if anything is. While more is due, the deadline stays in the past.
  package mutating func timeout(now: Instant, random: inout RandomStream) { output = nextStep(now: now, &random) }

  /// The next thing to do, or nil when all is done for now.
  package mutating func nextOutput() -> Output? {
    defer { output = nil }
    return output
  }

  private mutating func nextStep(now: Instant, _ random: inout RandomStream) -> Output? {
    let due = deadline
    guard now >= due else { return nil }
    if now - due > Self.lateness { patientSince = now }
    if state == .suspect && now >= limit { return .dead }
    if now >= nextProbe {
      scheduleProbe(now: now)
      return .probe(questions.ask())
    }
    guard let asked else {
      // As of when it was due: a question that comes late finds no more patience.
      asked = streamHeard + wait
      wait = jittered(&random)
      question = questions.ask()
      return .ask
    }
    guard now >= asked + answerTime else { return nil }
    question = nil
    (state, since) = (.suspect, now)
    if sendsProbes { nextProbe = now }
    return .suspect
  }

  private mutating func scheduleProbe(now: Instant) {
    switch state {
    case .suspect: nextProbe = now + rules.probeInterval
    case .alive:
      trials += 1
      nextProbe = trials < Self.maximumTrials ? now + .seconds(1 << Int64(trials)) : .distantFuture
    }
  }

  private func jittered(_ random: inout RandomStream) -> TimeSpan {
    rules.interval - .nanoseconds(Int64(random.below(UInt64(max(rules.interval.nanoseconds / 10, 1)))))
  }

  private var expected: TimeSpan { estimate.expected ?? rules.answerFloor }

  private var answerTime: TimeSpan { min(max(expected, rules.answerFloor), rules.answerCeiling) }

  private var verdictTime: TimeSpan {
    // A connection that dies before its trials are through has the same death: the probes of the suspicion will tell.
    guard echoed != nil || (sendsProbes && trials < Self.maximumTrials) else { return rules.unprobedVerdict }
    return min(rules.verdictFloor + max(expected - rules.answerFloor, .zero) * 4, rules.verdictCeiling)
  }

  /// When a suspect is dead.
  private var limit: Instant {
    // An echo is life: from then on the whole time counts again, or a second silence would find less patience.
    let alive = max(since, patientSince, echoed.map { $0 + answerTime } ?? since)
    return min(alive + verdictTime, moved + rules.stallLimit)
  }

  // MARK: Life

  /// The stream has brought something that is the peer's. True when it was suspect before.
  @discardableResult
  package mutating func handleReceived(now: Instant) -> Bool {
    (streamHeard, moved, asked) = (now, now, nil)
    guard state == .suspect else { return false }
    (state, since, nextProbe) = (.alive, now, .distantFuture)
    return true
  }

  /// The peer has asked: chance decides anew which end asks next.
  package mutating func handleQuestion(_ random: inout RandomStream) { wait = jittered(&random) }

  /// The last question in the stream was answered after so long.
  package mutating func handleAnswer(after roundTrip: TimeSpan) {
    estimate.measure(roundTrip)
    if let question { _ = questions.answer(question) }
    question = nil
  }

  /// The echo of a probe has come; the peer says how many bytes of the stream it has had. False for an echo of no open
  /// question, which is no life.
  @discardableResult
  package mutating func handleEcho(_ number: UInt64, received: UInt64, now: Instant) -> Bool {
    guard questions.answer(number) else { return false }
    echoed = now
    if received > peerReceived { (peerReceived, moved) = (received, now) }
    if state == .alive { nextProbe = .distantFuture }
    return true
  }
}

/// What is known of a connection's other end: alive, then suspect, then the connection is ended.
public enum LivenessState: Hashable, Sendable {
  /// It was heard within the bound of its profile, or has still time to answer a question.
  case alive
  /// A question has not been answered in time: a second dial is under way, and probes ask every quarter of a second.
  case suspect
}
