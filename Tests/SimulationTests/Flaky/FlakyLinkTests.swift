import ETF
import FlakyLinks
import PeerNet
import Seeds
import Testing
import VirtualNetwork

/// Real nodes on links that fail in each of the ways there are, one at a time.
@Suite struct FlakyLinkTests {
  /// Two nodes, connected for a minute; the first one dials.
  private static func pair(
    _ weather: Weather = .clear, seed: UInt64 = 1, log: @escaping (World, Int, Event) -> Void = { _, _, _ in }
  ) -> World {
    let world = World(machines: 2, weather: weather, seed: seed)
    world.inspect = { $0.checkInvariants(now: $1) }
    world.observe = { [unowned world] in log(world, $0, $1) }
    world.connect(0, 1)
    #expect(world.run(upTo: .seconds(60)) { world.isConnected(0, 1) && world.isConnected(1, 0) })
    world.run(.seconds(60))
    return world
  }

  private static func reason(_ world: World, _ host: Int) -> CloseReason? {
    world.machines[host].node.statuses[0].lastClose
  }

  @Test func aClearLinkStaysUp() {
    var ends = 0
    let world = Self.pair { _, _, event in if case .disconnected = event { ends += 1 } }
    world.run(.seconds(10_000))
    #expect(ends == 0)
    #expect(world.isConnected(0, 1))
    let usable = world.timeUntilUsable(0, 1, limit: .seconds(1))
    #expect(usable.map { $0 < .milliseconds(60) } ?? false)
  }

  @Test func aBlackHoleIsNoticedByBothEnds() {
    let world = Self.pair()
    world.blackHole(from: 0, to: 1)
    world.blackHole(from: 1, to: 0)
    world.run(.seconds(16))
    #expect(!world.isConnected(0, 1) && !world.isConnected(1, 0))
    world.blackHole(from: 0, to: 1, false)
    world.blackHole(from: 1, to: 0, false)
    world.run(.seconds(31))
    #expect(world.isConnected(0, 1))
  }

  /// One direction only: the end that hears nothing says so, and the other one cannot hear that.
  @Test func aHalfDeafLinkEndsOnBothSides() {
    let world = Self.pair()
    world.blackHole(from: 1, to: 0)
    world.run(.seconds(16))
    #expect(!world.isConnected(0, 1))
    world.run(.seconds(30))
    #expect(!world.isConnected(1, 0))
  }

  /// After a power cut the connection is half open: nothing says so before the machine is back, and then a reset does.
  @Test func aPowerCutIsToldByAResetWhenItIsOver() {
    var ended: Instant?
    var reason: CloseReason?
    let world = Self.pair { world, host, event in
      if host == 0, case .closed(_, _, let why) = event { (ended, reason) = (ended ?? world.now, reason ?? why) }
    }
    let cut = world.now
    world.cutPower(1)
    world.run(.seconds(3))
    #expect(ended == nil && world.isConnected(0, 1))
    world.restorePower(1)
    world.run(.seconds(8))
    // The next ping, or its retransmission, meets a kernel that knows nothing of it: sooner than any silence.
    #expect(ended.map { $0 > cut + .seconds(3) && $0 < cut + .seconds(9) } ?? false)
    #expect(reason != nil && reason != .silent)
    world.run(.seconds(10))
    #expect(world.isConnected(0, 1) && world.isConnected(1, 0))
  }

  @Test func aPowerCutThatLastsIsSilence() {
    let world = Self.pair()
    world.cutPower(1)
    world.run(.seconds(16))
    #expect(!world.isConnected(0, 1))
  }

  @Test func aResetIsNoticedAtOnce() {
    var ends = 0
    let world = Self.pair { _, host, event in if host == 0, case .disconnected = event { ends += 1 } }
    world.resetAll(1)
    world.run(.seconds(1))
    #expect(ends == 1)
    #expect(world.isConnected(0, 1))
  }

  /// What was open stays bound to the old address, and dies of silence.
  @Test func anAddressChangeStrandsWhatWasOpen() {
    let world = Self.pair()
    world.changeAddress(1, to: 0x0a00_0100)
    world.run(.seconds(5))
    #expect(world.isConnected(0, 1))
    world.run(.seconds(11))
    #expect(!world.isConnected(0, 1))
    world.connect(0, 1)
    // Dials to the old address may hold every place until their time is up.
    world.run(.seconds(6))
    #expect(world.isConnected(0, 1))
  }

  /// A program that does not run loses nothing: its kernel acknowledges, and it reads all of it later.
  @Test func aStalledProgramReadsLater() throws {
    var answered: Instant?
    let world = Self.pair { world, _, event in if case .callFinished = event { answered = world.now } }
    let start = world.now
    world.stall(1, for: .seconds(4))
    var call: CallID?
    world.act(0) {
      call = try? $0.call(
        world.machines[1].node.publicKey, "echo", .integer(1), timeout: .seconds(20), now: world.clock(0))
    }
    #expect(call != nil)
    world.run(.seconds(10))
    let after = try #require(answered) - start
    #expect(after >= .seconds(4) && after < .milliseconds(4_100))
    #expect(world.isConnected(0, 1) && world.isConnected(1, 0))
  }

  /// A short sleep is a burst of loss; a long one is found out by both.
  @Test(arguments: [5, 100] as [Int64]) func sleepIsSurvivedOrNoticed(seconds: Int64) {
    var ends = 0
    let world = Self.pair { _, _, event in if case .disconnected = event { ends += 1 } }
    world.suspend(1)
    world.run(.seconds(seconds))
    world.resume(1)
    world.run(.seconds(40))
    #expect(ends == (seconds == 5 ? 0 : 2))
    #expect(world.isConnected(0, 1) && world.isConnected(1, 0))
  }

  /// A clock that leaps makes a node think that the peer was silent; it is back at once.
  @Test func aClockThatLeapsCostsAConnectionAtMost() {
    let world = Self.pair()
    world.leapClock(0, by: .seconds(86_400))
    world.run(.seconds(5))
    #expect(world.isConnected(0, 1) && world.isConnected(1, 0))
  }

  @Test func lossInOneDirectionIsNoAlarm() {
    var ends = 0
    let world = Self.pair { _, _, event in if case .disconnected = event { ends += 1 } }
    var weather = Weather.clear
    weather.loss = 0.1
    world.setWeather(weather, from: 1, to: 0)
    world.run(.seconds(3_600))
    #expect(ends == 0)
  }

  /// Announces are hints: losing most of them delays, forging them harms nobody.
  @Test func announcesMayBeLostOrForged() {
    let world = World(machines: 2, weather: .clear, seed: 9) { $0.announcedPort = 7_000 }
    world.inspect = { $0.checkInvariants(now: $1) }
    world.announceLoss = 0.8
    for index in 0..<200 {
      world.announce(1, at: Endpoint(ipv4: 0x0a00_4000 + UInt32(index), port: 7_000), to: 0)
      world.run(.milliseconds(500))
    }
    #expect(world.isConnected(0, 1) && world.isConnected(1, 0))
    world.run(.seconds(100))
    #expect(world.isConnected(0, 1) && world.isConnected(1, 0))
  }

  /// The table's row is the real thing: nodes notice a death when the policy named after them says so, for what it costs.
  @Test func theTablesRowIsTheNode() {
    var (declared, dice) = ([TimeSpan](), SeededGenerator(seed: 4))
    var (wakeUps, bytes) = (0, 0)
    for seed in 1...60 as ClosedRange<UInt64> {
      var ended: Instant?
      let world = Self.pair(seed: seed) { world, host, event in
        if host == 0, case .disconnected = event { ended = ended ?? world.now }
      }
      let (before, bytesBefore) = (world.machines.map(\.wakeUps), world.bytesWritten)
      world.run(.seconds(600))
      bytes += world.bytesWritten - bytesBefore
      wakeUps += zip(world.machines, before).reduce(0) { $0 + $1.0.wakeUps - $1.1 }
      world.run(dice.duration(below: .seconds(60)))
      let died = world.now
      world.cutPower(1)
      world.run(.seconds(30))
      declared.append((ended ?? .distantFuture) - died)
    }
    declared.sort()
    let model = Measurement.deaths(.ours, .clear, hours: 400, seed: 4)
    for share in [0.25, 0.5, 0.75] {
      let (node, policy) = (
        Measurement.quantile(share, of: declared)!, Measurement.quantile(share, of: model.declared)!
      )
      #expect(max(node - policy, policy - node) < .milliseconds(900), "\(share): \(node) and \(policy)")
    }
    #expect(declared.first! > .milliseconds(4_200) && declared.last! < .milliseconds(9_500))
    #expect(abs(Double(bytes) / 10 / model.bytes - 1) < 0.03, "\(bytes / 10) an hour, not \(model.bytes)")
    // Each ping wakes its sender once by the clock; the rest of the model's wake-ups are arrivals, two a ping.
    #expect((690...860).contains(wakeUps / 10), "\(wakeUps / 10) an hour")
  }
}
