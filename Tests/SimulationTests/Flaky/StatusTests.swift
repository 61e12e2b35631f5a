import PeerNet
import Testing
import VirtualNetwork

/// What a node shows of a peer, looked at while time passes and nothing comes.
@Suite struct StatusTests {
  private static let rules = LivenessProfile.wifi.rules
  /// Silence after which nobody is shown as connected any more.
  private static let bound = rules.interval + rules.answerCeiling

  /// Two nodes that are connected, and what the first one thinks of the second.
  private static func connected(seed: UInt64, _ weather: Weather = .clear) -> World {
    let world = World(machines: 2, weather: weather, seed: seed) { $0.announcedPort = 7_000 }
    #expect(world.run(upTo: .seconds(60)) { world.isConnected(0, 1) && world.isConnected(1, 0) })
    return world
  }

  private static func status(_ world: World) -> Node.PeerStatus { world.machines[0].node.statuses[0] }

  /// Looks every 20 ms, and holds what it sees to what was heard.
  private static func watch(
    _ world: World, for span: TimeSpan, _ look: (Node.PeerStatus, Instant) -> Void = { _, _ in }
  ) {
    let end = world.now + span
    while world.now < end {
      world.run(.milliseconds(20))
      let (status, now) = (status(world), world.clock(0))
      if status.isConnected, status.liveness == .alive {
        #expect(status.heard.map { now - $0 <= bound } ?? false, "shown as connected, and long silent")
      }
      #expect((status.liveness == nil) == (status.heard == nil))
      #expect(status.unanswered <= status.asked && status.asked <= 64)
      look(status, now)
    }
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>) func aDeathIsShownInTime(seed: UInt64) {
    let world = Self.connected(seed: seed)
    Self.watch(world, for: .seconds(30 + Int64(seed)))
    world.cutPower(1)
    let died = world.clock(0)
    var seen: [String] = []
    var suspectedAt: Instant?
    Self.watch(world, for: .seconds(30)) { status, now in
      let state = status.isConnected ? "\(status.liveness.map { "\($0)" } ?? "unwatched")" : "away"
      if seen.last != state { seen.append(state) }
      if state == "suspect" {
        suspectedAt = suspectedAt ?? now
        #expect(status.livenessSince.map { $0 <= now && $0 >= died } ?? false)
      }
      if state == "away" {
        #expect(status.lastClose != nil && status.lastClosed.map { $0 <= now } ?? false)
        #expect(status.roundTrip == nil && status.endpoint == nil && status.since == nil)
      }
    }
    #expect(seen == ["alive", "suspect", "away"], "seed \(seed)")
    #expect(suspectedAt.map { $0 - died <= Self.bound } ?? false)
  }

  /// In any weather; and the loss that is shown grows with the loss there is.
  @Test func theLossThatIsSeen() {
    func loss(_ weather: Weather) -> Double {
      var (asked, unanswered) = (0, 0)
      for seed in 1...8 as ClosedRange<UInt64> {
        let world = Self.connected(seed: seed, weather)
        Self.watch(world, for: .seconds(1_200))
        asked += Self.status(world).asked
        unanswered += Self.status(world).unanswered
      }
      #expect(asked > 20)
      return Double(unanswered) / Double(asked)
    }
    #expect(loss(.clear) < 0.05)
    #expect(loss(.edge) > loss(.clear))
  }
}
