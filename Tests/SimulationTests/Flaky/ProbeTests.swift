import ETF
import PeerNet
import Seeds
import Sodium
import Testing
import VirtualNetwork

/// Real nodes that ask each other beside the stream.
@Suite struct ProbeTests {
  private final class Log {
    var ends: [(at: Instant, host: Int, reason: CloseReason)] = []
    var disconnects = 0
    var probes: [(from: Int, at: Instant, bytes: [UInt8])] = []
  }

  private static func pair(
    _ weather: Weather = .clear, seed: UInt64 = 1, carriesProbes: Bool = true,
    profiles: [LivenessProfile] = [.wifi, .wifi]
  ) -> (World, Log) {
    var made = 0
    let world = World(machines: 2, weather: weather, seed: seed, carriesProbes: carriesProbes) {
      $0.dialsAutomatically = false
      $0.profile = profiles[made % 2]
      made += 1
    }
    let log = Log()
    world.inspect = { $0.checkInvariants(now: $1) }
    world.observe = { [unowned world] host, event in
      if case .closed(_, _, let reason) = event { log.ends.append((world.now, host, reason)) }
      if case .disconnected = event { log.disconnects += 1 }
    }
    world.overhear = { [unowned world] from, _, bytes in log.probes.append((from, world.now, bytes)) }
    world.connect(0, 1)
    #expect(world.run(upTo: .seconds(60)) { world.isConnected(0, 1) && world.isConnected(1, 0) })
    world.run(.seconds(60))
    return (world, log)
  }

  private static func status(_ world: World, _ host: Int) -> Node.PeerStatus { world.machines[host].node.statuses[0] }

  /// A way for probes shows at once, and then there are none while all is well.
  @Test func aConnectionThatIsWellSendsNoProbes() {
    let (world, log) = Self.pair()
    #expect(log.probes.count <= 8 && log.probes.allSatisfy { $0.bytes.count == 49 })
    let before = log.probes.count
    world.run(.seconds(3_600))
    #expect(log.probes.count == before)
    let status = Self.status(world, 0)
    #expect(status.liveness == .alive && status.asked > 0 && status.unanswered == 0 && status.profile == .wifi)
    #expect(status.roundTrip.map { $0 > .milliseconds(10) && $0 < .milliseconds(40) } ?? false)
  }

  @Test(arguments: [Weather.bursts, .lossy]) func aSleepingRetransmissionIsNoDeath(_ weather: Weather) {
    let (world, log) = Self.pair(weather, seed: 3)
    world.run(.seconds(4 * 3_600))
    // A second connection may take the place of one that sleeps; nobody is ever taken for gone.
    #expect(log.disconnects == 0)
    #expect(log.probes.count > 100)
  }

  @Test func aBlackHoleIsASuspicionAndThenADeath() throws {
    let (world, log) = Self.pair()
    let start = world.now
    world.blackHole(from: 0, to: 1)
    world.blackHole(from: 1, to: 0)
    #expect(world.run(upTo: .seconds(8)) { Self.status(world, 0).liveness == .suspect })
    #expect(world.isConnected(0, 1))
    let suspected = Self.status(world, 0)
    #expect(suspected.livenessSince == world.clock(0))
    #expect(world.run(upTo: .seconds(4)) { log.ends.contains { $0.host == 0 } })
    #expect(log.ends[0].reason == .silent && log.ends[0].at - start < .milliseconds(9_500))
    let dead = Self.status(world, 0)
    #expect(dead.liveness == nil && dead.lastClose == .silent && dead.lastClosed == world.clock(0))
    #expect(!dead.isConnected)
  }

  @Test func whereProbesAreBlockedThereIsMorePatience() throws {
    let (world, log) = Self.pair(carriesProbes: false)
    let start = world.now
    #expect(log.probes.isEmpty)
    world.cutPower(1)
    world.run(.seconds(70))
    #expect(log.ends.count == 1)
    #expect((.seconds(38)...(.seconds(47))).contains(log.ends[0].at - start), "\(log.ends[0].at - start)")

    let blocked = World(machines: 2, weather: .bursts, seed: 5)
    blocked.dropsProbes = true
    var ends = 0
    blocked.observe = { if case .closed(_, _, .silent) = $1 { ends += 1 } }
    blocked.connect(0, 1)
    blocked.run(.seconds(7_200))
    #expect(ends == 0 && blocked.isConnected(0, 1))
  }

  /// Datagrams come through and TCP does not: suspect for minutes, and given up in the end.
  @Test func aliveBesideAStalledStreamIsSuspectAndGivenUpLate() throws {
    let (world, log) = Self.pair()
    let start = world.now
    world.dropsSegments = true
    world.run(.seconds(550))
    #expect(log.ends.isEmpty && world.isConnected(0, 1))
    #expect(Self.status(world, 0).liveness == .suspect)
    #expect(Self.status(world, 0).heard.map { world.clock(0) - $0 < .seconds(1) } ?? false)
    world.run(.seconds(70))
    #expect(log.ends.count == 2 && log.ends.allSatisfy { $0.reason == .silent })
    #expect(log.ends.allSatisfy { $0.at - start < .seconds(610) })
  }

  /// What was heard on the way, said again: to either end, from any address, at any time.
  @Test func replayedAndReflectedProbesProveNothing() throws {
    let (world, log) = Self.pair()
    world.dropsSegments = true
    world.run(.seconds(12))
    #expect(log.probes.count > 40)
    let recorded = log.probes
    let start = world.now
    world.blackHole(from: 0, to: 1)
    world.blackHole(from: 1, to: 0)
    let answers = log.probes.count
    while world.now < start + .seconds(20), log.ends.count < 2 {
      for (from, _, bytes) in recorded {
        for host in 0..<2 {
          world.forgeProbe(bytes, from: world.machines[1 - host].address, to: host)
          world.forgeProbe(bytes, from: 0x0a00_4000, port: UInt16(from + 1), to: host)
        }
      }
      world.run(.milliseconds(100))
    }
    #expect(log.ends.count == 2 && log.ends.allSatisfy { $0.reason == .silent && $0.at - start < .seconds(6) })
    // Their own questions and nothing else: four a second and end.
    #expect(log.probes.count - answers < 60, "\(log.probes.count - answers)")
  }

  @Test func floodsAreDroppedInSilence() {
    let (world, log) = Self.pair()
    var dice = SeededGenerator(seed: 8)
    let before = log.probes.count
    for index in 0..<3_000 {
      var bytes = (0..<49).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
      if index % 2 == 0, let real = log.probes.first?.bytes { bytes.replaceSubrange(0..<8, with: real[0..<8]) }
      if index % 5 == 0 { bytes = Array(bytes.prefix(index % 60)) }
      world.forgeProbe(bytes, from: world.machines[1].address, to: 0)
    }
    world.run(.seconds(3_600))
    #expect(log.probes.count == before && log.ends.isEmpty)
  }

  /// A saving peer is asked as rarely as it asks.
  @Test func aBatterysBudgetHoldsBesideWifi() {
    let (world, log) = Self.pair(profiles: [.wifi, .battery])
    world.run(.seconds(60))
    let (wakes, bytes) = (world.machines.map(\.wakeUps), world.bytesWritten)
    world.run(.seconds(10 * 3_600))
    #expect(log.ends.isEmpty)
    #expect((world.bytesWritten - bytes) / 10 < 10_000)
    // A question wakes once by the clock, and twice by what arrives.
    for host in 0..<2 { #expect((world.machines[host].wakeUps - wakes[host]) / 10 * 2 < 180) }
    let start = world.now
    world.cutPower(0)
    world.run(.seconds(60))
    #expect(log.ends.count == 1 && log.ends[0].at - start < .seconds(60))
  }
}
