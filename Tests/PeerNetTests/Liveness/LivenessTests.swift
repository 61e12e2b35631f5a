import Sodium
import Testing

@testable import PeerNet

/// The watch over one peer, on a clock of our own.
@Suite struct LivenessTests {
  /// A liveness, and everything that it wants, with the time.
  private final class Watch {
    var liveness: Liveness
    var random = RandomStream(seed: [UInt8](repeating: 3, count: 32))
    var now = Instant(nanoseconds: 1_000_000_000)
    var steps: [(at: Instant, step: Liveness.Output)] = []

    init(_ rules: LivenessRules = LivenessRules(), sendsProbes: Bool = true) {
      var chance = RandomStream(seed: [UInt8](repeating: 4, count: 32))
      liveness = Liveness(
        rules: rules, sendsProbes: sendsProbes, now: Instant(nanoseconds: 1_000_000_000), random: &chance)
    }

    func hear() -> Bool { liveness.handleReceived(now: now) }
    func echo(_ number: UInt64, received: UInt64 = 0) -> Bool {
      liveness.handleEcho(number, received: received, now: now)
    }

    /// Goes from deadline to deadline until `end`, or until the first step that `stops`.
    func run(
      _ duration: TimeSpan, echo: Bool = false, until stops: (Liveness.Output) -> Bool = { $0 == .dead }
    ) {
      let end = now + duration
      while liveness.deadline <= end {
        now = max(now, liveness.deadline)
        liveness.timeout(now: now, random: &random)
        while let step = liveness.nextOutput() {
          steps.append((now, step))
          if case .probe(let number) = step, echo { liveness.handleEcho(number, received: 0, now: now) }
          if stops(step) { return }
        }
      }
      now = end
    }

    /// Speaks in the stream until all trials of a way for probes are through, and forgets the steps.
    func searchInVain() {
      for _ in 0..<20 {
        run(.seconds(4))
        _ = hear()
      }
      steps = []
    }

    func first(_ step: Liveness.Output) -> Instant? { steps.first { $0.step == step }?.at }
    var probes: [Instant] { steps.compactMap { if case .probe = $0.step { $0.at } else { nil } } }
  }

  @Test func aSilentPeerIsAskedThenSuspectThenDead() throws {
    let watch = Watch()
    watch.run(.seconds(3), echo: true)
    #expect(watch.probes.count == 1, "one echo shows that there is a way")
    let heard = watch.now
    #expect(!watch.hear())
    watch.run(.seconds(60))
    let (asked, suspected) = (try #require(watch.first(.ask)), try #require(watch.first(.suspect)))
    #expect((.milliseconds(4_590)...(.milliseconds(5_100))).contains(asked - heard))
    #expect(suspected - asked == .milliseconds(1_300))
    #expect(try #require(watch.first(.dead)) - suspected == .seconds(3))
    #expect(watch.probes.count { $0 >= suspected } == 12)
  }

  @Test func whateverIsHeardIsLife() {
    let watch = Watch()
    for _ in 0..<100 {
      watch.run(.seconds(4), echo: true)
      #expect(!watch.hear())
    }
    #expect(watch.first(.ask) == nil && watch.liveness.state == .alive)
    watch.run(.seconds(7), echo: true, until: { $0 == .suspect })
    #expect(watch.liveness.state == .suspect && watch.liveness.since == watch.now)
    watch.now = watch.now + .seconds(1)
    #expect(watch.hear())
    #expect(watch.liveness.state == .alive && watch.liveness.since == watch.now)
    #expect(watch.liveness.deadline > watch.now + .seconds(4))
  }

  /// The same for both ends: one question an interval, not two.
  @Test func oneOfTwoAsks() {
    let ends = [Watch(), Watch()]
    ends[1].random = RandomStream(seed: [UInt8](repeating: 5, count: 32))
    for end in ends { end.run(.seconds(3), echo: true) }
    var asked = [0, 0]
    while ends[0].now < Instant(nanoseconds: 1_000_000_000) + .seconds(1_000) {
      let next = ends[0].liveness.deadline < ends[1].liveness.deadline ? 0 : 1
      ends[next].run(.seconds(6), echo: true, until: { $0 == .ask })
      asked[next] += 1
      ends[1 - next].liveness.handleQuestion(&ends[1 - next].random)
      for end in ends {
        end.now = ends[next].now
        #expect(!end.hear())
      }
    }
    #expect((200...220).contains(asked[0] + asked[1]) && asked.min()! > 70, "\(asked)")
  }

  @Test func lateAnswersMakePatient() throws {
    let watch = Watch()
    for _ in 0..<50 {
      watch.run(.seconds(6), echo: true, until: { $0 == .ask })
      watch.now = watch.now + .milliseconds(900)
      watch.liveness.handleReceived(now: watch.now)
      watch.liveness.handleAnswer(after: .milliseconds(900))
      watch.run(.seconds(6), echo: true, until: { $0 == .ask })
      watch.now = watch.now + .milliseconds(300)
      watch.liveness.handleReceived(now: watch.now)
      watch.liveness.handleAnswer(after: .milliseconds(300))
    }
    #expect((.milliseconds(450)...(.milliseconds(750))).contains(try #require(watch.liveness.roundTrip)))
    watch.steps = []
    watch.run(.seconds(60))
    let (asked, suspected) = (try #require(watch.first(.ask)), try #require(watch.first(.suspect)))
    let dead = try #require(watch.first(.dead))
    #expect((.milliseconds(1_500)...(.milliseconds(2_500))).contains(suspected - asked))
    #expect((.milliseconds(3_800)...(.milliseconds(6_500))).contains(dead - suspected))
  }

  @Test func anEchoIsLifeButNotForEver() throws {
    let watch = Watch()
    watch.run(.seconds(700), echo: true)
    let dead = try #require(watch.first(.dead))
    // Nothing was ever heard in the stream.
    #expect(dead == Instant(nanoseconds: 1_000_000_000) + .seconds(600))
    #expect(watch.liveness.state == .suspect)
    #expect(watch.liveness.heard > dead - .seconds(1))
  }

  /// What the peer says it has received shows that the stream moves, although it says nothing there.
  @Test func aStreamThatMovesIsNotStalled() {
    let watch = Watch()
    var received: UInt64 = 0
    for _ in 0..<600 {
      watch.run(.seconds(3), until: { if case .probe = $0 { true } else { $0 == .dead } })
      guard case .probe(let number) = watch.steps.last?.step else { continue }
      received += 10
      #expect(watch.echo(number, received: received))
      watch.now = watch.now + .seconds(1)
    }
    #expect(watch.now > Instant(nanoseconds: 1_000_000_000) + .seconds(600))
    #expect(watch.first(.dead) == nil)
  }

  @Test func onlyAnOpenQuestionIsAnswered() {
    let watch = Watch()
    watch.searchInVain()
    watch.run(.seconds(30), until: { $0 == .suspect })
    watch.run(.seconds(8), until: { $0 == .dead })
    let numbers = watch.steps.compactMap { if case .probe(let number) = $0.step { number } else { nil } }
    let last = numbers.last!
    #expect(!watch.echo(last + 1, received: 0), "never asked")
    #expect(!watch.echo(0, received: 0))
    #expect(!watch.echo(.max, received: 0))
    #expect(!watch.echo(last - 16, received: 0), "too old")
    #expect(watch.echo(last - 15, received: 0))
    #expect(!watch.echo(last - 15, received: 0), "twice")
  }

  @Test func withoutAWayForProbesThereIsMorePatience() throws {
    for sendsProbes in [true, false] {
      let watch = Watch(sendsProbes: sendsProbes)
      watch.searchInVain()
      watch.run(.seconds(200))
      let suspected = try #require(watch.first(.suspect))
      #expect(try #require(watch.first(.dead)) - suspected == LivenessRules().unprobedVerdict)
      #expect(watch.probes.isEmpty == !sendsProbes)
    }
  }

  /// As long as trials are out, that none was answered says nothing: the probes of the suspicion will.
  @Test func aYoungConnectionDiesAsSoonAsAnyOther() throws {
    let watch = Watch()
    watch.run(.seconds(200))
    let suspected = try #require(watch.first(.suspect))
    #expect(try #require(watch.first(.dead)) - suspected == LivenessRules().verdictFloor)
  }

  /// Before the first echo a few probes look for a way; then it is known, or given up.
  @Test func theSearchForAWayEnds() {
    let watch = Watch()
    for _ in 0..<100 {
      watch.run(.seconds(4))
      watch.liveness.handleReceived(now: watch.now)
    }
    #expect(watch.probes.map { ($0 - Instant(nanoseconds: 1_000_000_000)).seconds } == [1, 3, 7, 15, 31, 63])
    #expect(watch.liveness.loss == (6, 6) || watch.liveness.loss == (5, 5))
  }

  /// A program that did not run has heard nothing; that is not the peer's fault.
  @Test func ourOwnSleepIsNoDeath() throws {
    let watch = Watch()
    watch.run(.seconds(3), echo: true)
    watch.run(.seconds(30), until: { $0 == .suspect })
    watch.now = watch.now + .seconds(60)
    let woken = watch.now
    watch.steps = []
    watch.run(.seconds(60))
    #expect(try #require(watch.first(.dead)) - woken == .seconds(3))
    // Alive and asleep for long: asked and suspected at once.
    let other = Watch()
    other.run(.seconds(3), echo: true)
    other.now = other.now + .seconds(60)
    let late = other.now
    other.run(.seconds(60))
    #expect(other.first(.ask) == late && other.first(.suspect) == late)
    #expect(try #require(other.first(.dead)) - late == .seconds(3))
  }

  @Test func lossIsWhatStayedUnanswered() {
    var log = QuestionLog()
    #expect(log.settled(open: 1) == (0, 0))
    for number in 1...10 as ClosedRange<UInt64> {
      #expect(log.ask() == number)
      if number % 2 == 0 { #expect(log.answer(number) == true) }
    }
    #expect(log.settled(open: 1) == (10, 5))
    _ = log.ask()
    #expect(log.settled(open: 1) == (10, 5), "it may still be answered")
    _ = log.ask()
    #expect(log.settled(open: 1) == (11, 6))
    for _ in 0..<1_000 { _ = log.ask() }
    #expect(log.settled(open: 5) == (59, 59))
  }

  @Test func settingsOfTheOperatorWin() {
    var configuration = NodeConfiguration()
    #expect(configuration.livenessRules == LivenessProfile.wifi.rules)
    configuration.limits.heartbeatInterval = .milliseconds(200)
    configuration.limits.heartbeatTimeout = .seconds(2)
    for sendsProbes in [true, false] {
      let watch = Watch(configuration.livenessRules, sendsProbes: sendsProbes)
      let start = watch.now
      watch.run(.seconds(60))
      let dead = watch.first(.dead).map { $0 - start } ?? .zero
      #expect((.milliseconds(1_980)...(.seconds(2))).contains(dead), "\(dead)")
    }
    // A timeout below the profile's interval brings that down, too.
    configuration.limits.heartbeatInterval = nil
    configuration.profile = .battery
    let watch = Watch(configuration.livenessRules)
    watch.run(.seconds(60))
    #expect(watch.first(.dead) != nil && watch.now < Instant(nanoseconds: 3_000_000_001))
  }

  @Test func theKernelIsMorePatientThanWe() {
    for profile in LivenessProfile.allCases {
      let rules = profile.rules
      #expect(rules.userTimeout > rules.stallLimit)
      #expect(rules.userTimeout > rules.interval + rules.answerCeiling + rules.unprobedVerdict)
      #expect(LivenessProfile(name: Array("\(profile)".utf8)) == profile)
    }
    #expect(LivenessProfile(name: Array("wi-fi".utf8)) == nil)
  }
}
