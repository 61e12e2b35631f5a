import Seeds
import Sodium
import Testing

@testable import PeerNet

private let us = PublicKey(1, 1, 1, 1)
private let them = PublicKey(2, 2, 2, 2)
private let start = Instant(nanoseconds: 1_000_000_000_000)
private let nonce = DiscoveryNonce(high: 7, low: 8)
private let asker = Endpoint(ipv4: 0x0a00_0005, port: 50_000)

private func discovery(port: UInt16? = 4_040, seed: UInt8 = 1) -> UDPDiscovery {
  UDPDiscovery(
    .init(key: us, port: port), random: RandomStream(seed: [UInt8](repeating: seed, count: 32)), now: start)
}

extension UDPDiscovery {
  fileprivate func outputs() -> [DiscoveryOutput] {
    var outputs: [DiscoveryOutput] = []
    while let output = nextOutput() { outputs.append(output) }
    return outputs
  }

  /// Lets time pass from deadline to deadline, and says what came out when.
  fileprivate func run(until end: Instant) -> [(at: Instant, output: DiscoveryOutput)] {
    var trace: [(at: Instant, output: DiscoveryOutput)] = []
    while let next = deadline, next <= end {
      timeout(now: next)
      trace += outputs().map { (next, $0) }
      if let again = deadline { precondition(again > next, "a deadline that was served must move") }
    }
    return trace
  }

  fileprivate func hear(_ bytes: [UInt8], from source: Endpoint = asker, link: UInt32? = 7, at now: Instant = start) {
    receive(bytes, from: source, link: link, now: now)
  }
}

@Suite struct UDPDiscoveryTests {
  private let announcement = DiscoveryOutput.broadcast(Announce(key: us, port: 4_040)!.bytes)

  @Test func saysOnlyWhatItIsToSay() {
    var configuration = UDPDiscovery.Configuration(key: us, port: 4_040)
    configuration.announces = false
    configuration.answers = false
    let silent = UDPDiscovery(configuration, random: RandomStream(seed: [UInt8](repeating: 1, count: 32)), now: start)
    silent.networkChanged(now: start)
    silent.hear(Solicit(nonce: nonce).bytes)
    #expect(silent.run(until: start + .seconds(60)).isEmpty)
    configuration.answers = true
    let answering = UDPDiscovery(
      configuration, random: RandomStream(seed: [UInt8](repeating: 1, count: 32)), now: start)
    answering.hear(Solicit(nonce: nonce).bytes)
    #expect(answering.run(until: start + .seconds(60)).count == 1)
  }

  @Test func announcesSoonAndThenEveryFiveSeconds() throws {
    let trace = discovery().run(until: start + .seconds(600))
    #expect(trace.allSatisfy { $0.output == announcement })
    #expect(try #require(trace.first).at - start < .milliseconds(250))
    #expect((118...122).contains(trace.count))
    let gaps = zip(trace, trace.dropFirst()).map { $1.at - $0.at }
    #expect(gaps.allSatisfy { $0 >= .milliseconds(4_500) && $0 < .milliseconds(5_500) })
    #expect(Set(gaps).count > gaps.count / 2, "jittered")
  }

  @Test func aChangedNetworkIsAnnouncedToButNotInBursts() {
    let discovery = discovery()
    _ = discovery.run(until: start + .seconds(2))
    var now = start + .seconds(2)
    var sent: [Instant] = []
    for _ in 0..<100 {
      discovery.networkChanged(now: now)
      sent += discovery.run(until: now + .milliseconds(100)).map(\.at)
      now = now + .milliseconds(100)
    }
    #expect(sent[0] < start + .milliseconds(2_250))
    #expect((8...10).contains(sent.count))
    #expect(zip(sent, sent.dropFirst()).allSatisfy { $1 - $0 >= .seconds(1) })
  }

  /// A datagram may be lost, and the next one is seconds away.
  @Test func aChangedNetworkIsAnnouncedToTwice() {
    let discovery = discovery()
    _ = discovery.run(until: start + .seconds(2))
    discovery.networkChanged(now: start + .seconds(2))
    let sent = discovery.run(until: start + .seconds(20)).map { $0.at - start }
    #expect(
      sent[0] < .milliseconds(2_250) && sent[1] - sent[0] >= .seconds(1) && sent[1] - sent[0] < .milliseconds(1_250))
    #expect(sent[2] - sent[1] >= .milliseconds(4_500), "and no more")
  }

  @Test func aListenerStaysSilent() {
    let listener = discovery(port: nil)
    #expect(listener.deadline == nil)
    listener.networkChanged(now: start)
    listener.hear(Solicit(nonce: nonce).bytes)
    #expect(listener.deadline == nil && listener.outputs().isEmpty)
    #expect(discovery(port: 0).deadline == nil)
  }

  @Test func announcesAreSighted() {
    let listener = discovery(port: nil)
    listener.hear(Announce(key: them, port: 7_100)!.bytes, from: asker)
    #expect(
      listener.outputs() == [
        .sighting(Sighting(key: them, endpoint: asker.with(port: 7_100), source: .announce, at: start))
      ])
    listener.hear(Announce(key: us, port: 7_100)!.bytes)
    #expect(listener.outputs().isEmpty, "our own")
    listener.hear(Announce(key: them, port: 7_100)!.bytes, link: nil)
    #expect(listener.outputs().isEmpty, "from beyond the link")
    for source in [Endpoint(ipv4: 0, port: 9), Endpoint(ipv4: .max, port: 9), Endpoint(ipv4: 0xe000_0001, port: 9)] {
      listener.hear(Announce(key: them, port: 7_100)!.bytes, from: source)
      #expect(listener.outputs().isEmpty, "no host's address")
    }
  }

  @Test func asksThreeTimesAndTakesOnlyItsAnswers() throws {
    let listener = discovery(port: nil)
    listener.hear(SolicitAnswer(nonce: nonce, key: them, port: 9)!.bytes)
    #expect(listener.outputs().isEmpty, "nobody asked")
    listener.solicit(now: start)
    let first = listener.outputs()
    let later = listener.run(until: start + .seconds(2))
    #expect(later.map { $0.at - start } == [.milliseconds(250), .milliseconds(1_250)])
    #expect(later.map(\.output) == first + first)
    guard case .broadcast(let bytes) = try #require(first.first),
      case .solicit(let solicit) = try Datagram.decode(bytes)
    else {
      Issue.record("not a solicit")
      return
    }
    listener.hear(SolicitAnswer(nonce: nonce, key: them, port: 9)!.bytes, at: start + .seconds(2))
    #expect(listener.outputs().isEmpty, "another's answer")
    let answer = SolicitAnswer(nonce: solicit.nonce, key: them, port: 9)!.bytes
    listener.hear(answer, link: nil, at: start + .seconds(2))
    #expect(listener.outputs().isEmpty)
    listener.hear(answer, at: start + .seconds(2))
    #expect(
      listener.outputs() == [
        .sighting(Sighting(key: them, endpoint: asker.with(port: 9), source: .answer, at: start + .seconds(2)))
      ])
    #expect(listener.run(until: start + .seconds(60)).isEmpty)
    #expect(listener.deadline == nil)
    listener.hear(answer, at: start + .seconds(60))
    #expect(listener.outputs().isEmpty, "too late")
    listener.solicit(now: start + .seconds(60))
    #expect(listener.outputs() != first, "a new question has a new nonce")
  }

  @Test func askingAgainKeepsTheNonce() {
    let listener = discovery(port: nil)
    listener.solicit(now: start)
    let first = listener.outputs()
    listener.solicit(now: start + .seconds(1))
    #expect(listener.outputs() == first)
    #expect(listener.run(until: start + .seconds(9)).count == 2)
  }

  /// Containers that start and end beside a node change the network all the time; so may an application that asks.
  @Test(arguments: [50, 200, 500, 1_000] as [Int64]) func asksNoMoreOftenThanItsBound(every milliseconds: Int64) {
    let listener = discovery(port: nil)
    var asked: [Instant] = []
    var now = start
    while now < start + .seconds(60) {
      listener.solicit(now: now)
      asked += listener.outputs().map { _ in now }
      asked += listener.run(until: now + .milliseconds(milliseconds)).map(\.at)
      now = now + .milliseconds(milliseconds)
    }
    #expect(asked.first == start, "the first at once")
    #expect((30...36).contains(asked.count), "\(asked.count) in a minute: six, and one every two seconds")
    #expect(asked.count { $0 < start + .seconds(20) } <= 16)
    // The last change is not forgotten, and after some peace it asks as ever.
    asked += listener.run(until: now + .seconds(2)).map(\.at)
    #expect(asked.last! >= now - .milliseconds(milliseconds), "the last one is answered for")
    _ = listener.run(until: now + .seconds(20))
    now = now + .seconds(20)
    listener.solicit(now: now)
    let gaps = (listener.outputs().map { _ in now } + listener.run(until: now + .seconds(2)).map(\.at)).map { $0 - now }
    #expect(gaps == [.zero, .milliseconds(250), .milliseconds(1_250)])
  }

  /// What is put off is asked in the end, and its answers are taken.
  @Test func aQuestionPutOffIsStillAsked() throws {
    let listener = discovery(port: nil)
    for _ in 0..<50 { listener.solicit(now: start) }
    let first = listener.outputs()
    #expect(first.count == 6)
    let later = listener.run(until: start + .seconds(60))
    #expect(later.map { $0.at - start } == [.seconds(2), .seconds(4), .seconds(6)])
    #expect(Set(later.map(\.output)) == Set(first))
    listener.solicit(now: start + .seconds(60))
    guard case .broadcast(let bytes)? = listener.nextOutput(), case .solicit(let solicit) = try Datagram.decode(bytes)
    else {
      Issue.record("no solicit")
      return
    }
    listener.hear(SolicitAnswer(nonce: solicit.nonce, key: them, port: 9)!.bytes, at: start + .seconds(61))
    #expect(listener.outputs().count == 1)
  }

  /// Two links may have the same addresses: who asks on the one is not answered on the other.
  @Test func answersGoByTheLinkThatTheQuestionCameInBy() {
    let node = discovery()
    _ = node.run(until: start + .seconds(1))
    for link in [3, 9, 2] as [UInt32] {
      let question = DiscoveryNonce(high: 0, low: UInt64(link))
      node.hear(Solicit(nonce: question).bytes, link: link, at: start + .seconds(1))
      let sent = node.run(until: start + .milliseconds(1_100)).map(\.output)
      #expect(sent == [.send(SolicitAnswer(nonce: question, key: us, port: 4_040)!.bytes, to: asker, link: link)])
    }
  }

  @Test func answersWithinAHundredMilliseconds() throws {
    var delays: Set<TimeSpan> = []
    for seed in 0..<50 {
      let node = discovery(seed: UInt8(seed))
      _ = node.run(until: start + .seconds(1))
      let now = start + .seconds(1)
      node.hear(Solicit(nonce: nonce).bytes, at: now)
      node.hear(Solicit(nonce: nonce).bytes, at: now)
      let trace = node.run(until: now + .milliseconds(100))
      #expect(trace.count == 1, "a repeated datagram is answered once")
      #expect(
        trace.first?.output == .send(SolicitAnswer(nonce: nonce, key: us, port: 4_040)!.bytes, to: asker, link: 7))
      delays.insert(trace[0].at - now)
    }
    #expect(delays.count > 40, "random")
    #expect(delays.max()! > .milliseconds(70) && delays.min()! < .milliseconds(30))
  }

  @Test func asksNotItself() {
    let node = discovery()
    _ = node.run(until: start + .seconds(1))
    node.solicit(now: start + .seconds(1))
    guard case .broadcast(let bytes)? = node.nextOutput() else {
      Issue.record("no solicit")
      return
    }
    node.hear(bytes, at: start + .seconds(1))
    let sent = node.run(until: start + .seconds(2)).filter { if case .send = $0.output { true } else { false } }
    #expect(sent.isEmpty)
  }

  @Test func strangersFromBeyondTheLinkAreNotAnswered() {
    let node = discovery()
    _ = node.run(until: start + .seconds(1))
    node.hear(Solicit(nonce: nonce).bytes, link: nil, at: start + .seconds(1))
    #expect(node.run(until: start + .seconds(2)).isEmpty)
  }

  /// Sent answers in `seconds`, when each of `sources` asks a hundred times a second.
  private func answers(sources: UInt32, seconds: Int64) -> [Endpoint] {
    let node = discovery()
    var answers: [Endpoint] = []
    var question: UInt64 = 0
    for tick in 0..<seconds * 100 {
      let now = start + .milliseconds(tick * 10)
      for source in 0..<sources {
        question += 1
        let from = Endpoint(ipv4: 0x0a00_0001 + source, port: UInt16(truncatingIfNeeded: question) | 1)
        node.hear(Solicit(nonce: DiscoveryNonce(high: 0, low: question)).bytes, from: from, at: now)
      }
      for case (_, .send(_, let to, _)) in node.run(until: now) { answers.append(to) }
    }
    return answers
  }

  @Test func oneSourceGetsFourAndThenTwoASecond() {
    #expect((22...24).contains(answers(sources: 1, seconds: 10).count))
  }

  @Test func allSourcesTogetherGetTwentyASecond() {
    let answers = answers(sources: 40, seconds: 10)
    #expect(answers.count <= 220)
    #expect(answers.count >= 100)
  }

  @Test func onlySoMuchIsHeldUntilItIsFetched() {
    let node = discovery()
    for number in 0..<10_000 {
      node.hear(Announce(key: PublicKey(UInt64(number), 0, 0, 0), port: 1)!.bytes)
      node.hear(Solicit(nonce: DiscoveryNonce(high: 1, low: UInt64(number))).bytes, from: asker, at: start)
    }
    #expect(node.outputs().count == 64)
  }

  @Test func hostileDatagramsNeverTrap() {
    var random = SeededGenerator(seed: 5)
    let node = discovery()
    var now = start
    let good = [
      Announce(key: them, port: 7_100)!.bytes, Solicit(nonce: nonce).bytes,
      SolicitAnswer(nonce: nonce, key: them, port: 1)!.bytes,
    ]
    for step in 0..<20_000 {
      let source = Endpoint(
        high: Bool.random(using: &random) ? 0 : random.next(), low: random.next(),
        port: UInt16.random(in: 0...9, using: &random))
      node.hear(
        random.mutate(good.randomElement(using: &random)!), from: source, link: Bool.random(using: &random) ? 1 : nil,
        at: now)
      switch step % 7 {
      case 0: now = now + .nanoseconds(Int64.random(in: 0...3_000_000_000, using: &random))
      case 1: now = now - .seconds(2)  // a clock that is not monotonic after all
      case 2: node.solicit(now: now)
      case 3: node.networkChanged(now: now)
      case 4: node.timeout(now: now)
      case 5: #expect(node.outputs().count <= 64)
      default: break
      }
    }
    node.timeout(now: .distantFuture)
    node.solicit(now: .distantFuture)
    node.hear(Solicit(nonce: nonce).bytes, at: .distantFuture)
  }
}

@Suite struct ManualDiscoveryTests {
  @Test func sightsWhatIsWrittenDown() {
    let addresses = [
      ManualDiscovery.Address(key: them, endpoint: asker), .init(key: us, endpoint: asker.with(port: 1)),
    ]
    let manual = ManualDiscovery(addresses, now: start)
    func outputs() -> [DiscoveryOutput] {
      var outputs: [DiscoveryOutput] = []
      while let output = manual.nextOutput() { outputs.append(output) }
      return outputs
    }
    func expected(_ now: Instant) -> [DiscoveryOutput] {
      addresses.map { .sighting(Sighting(key: $0.key, endpoint: $0.endpoint, source: .manual, at: now)) }
    }
    #expect(outputs() == expected(start))
    manual.receive(Announce(key: them, port: 5)!.bytes, from: asker, link: 1, now: start)
    manual.timeout(now: start + .seconds(1))
    #expect(outputs().isEmpty && manual.deadline == nil)
    manual.solicit(now: start + .seconds(2))
    manual.networkChanged(now: start + .seconds(2))
    #expect(outputs() == expected(start + .seconds(2)))
    let anyDiscovery: any Discovery = manual
    #expect(anyDiscovery.nextOutput() == nil)
  }
}
