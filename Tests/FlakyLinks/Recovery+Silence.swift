import PeerNet
import Seeds
import VirtualNetwork

// The same for every policy: for a while nothing gets through between two ends, and neither is told. Then everything does.
extension Recovery {
  /// How long nothing gets through.
  public enum Silence: CaseIterable, Sendable {
    /// 2 to 10 s.
    case ofSeconds
    /// 30 s to 10 min.
    case ofMinutes

    fileprivate func duration(_ dice: inout SeededGenerator) -> TimeSpan {
      switch self {
      case .ofSeconds: .seconds(2) + dice.duration(below: .seconds(8))
      case .ofMinutes: .seconds(30) + dice.duration(below: .seconds(570))
      }
    }
  }

  /// From the end of the silence to the answer of a request that is made then, sorted: over the old connection if that
  /// lives, else over the next one. Empty for a policy of which nothing is known but when it gives up.
  public static func after(_ silence: Silence, _ policy: Policy, trials: Int, seed: UInt64) -> [TimeSpan] {
    var dice = SeededGenerator(seed: seed, part: 5)
    return (0..<trials).compactMap { _ -> TimeSpan? in
      // The same for every policy, however often it throws dice itself.
      let (seed, calm, silent) = (dice.next(), dice.duration(below: .seconds(240)), silence.duration(&dice))
      if let redialling = Redialling.of(policy) { return time(policy, redialling, calm, silent, seed: seed) }
      return policy.profile.map { timeOfNodes($0, calm, silent, seed: seed) }
    }.sorted()
  }

  private static let limit = TimeSpan.seconds(600)

  private static func time(
    _ policy: Policy, _ redialling: Redialling, _ calm: TimeSpan, _ silent: TimeSpan, seed: UInt64
  ) -> TimeSpan {
    let run = LinkRun(policy, .clear, seed: seed)
    run.staysGivenUp = true
    run.run(until: run.now + .seconds(60) + calm)
    for end in 0..<2 { run.blackHole(from: end) }
    let back = run.now + silent
    run.run(until: back)
    for end in 0..<2 { run.blackHole(from: end, false) }
    run.ask()
    run.run(until: back + limit)
    var usable = run.answered ?? back + limit
    var dice = SeededGenerator(seed: seed, part: 6)
    for end in 0..<(redialling.isMutual ? 2 : 1) {
      guard let start = run.gaveUp(end) else { continue }
      let roundTrip = (Weather.clear.delay + Weather.clear.jitter) * 2
      usable = min(
        usable, redialling.usable(givenUpAt: start, pathIsBack: back, roundTrip: roundTrip, dice: &dice))
    }
    return usable - back
  }

  /// Ours are the real thing: two nodes that find each other by their announces.
  private static func timeOfNodes(
    _ profile: LivenessProfile, _ calm: TimeSpan, _ silent: TimeSpan, seed: UInt64
  ) -> TimeSpan {
    let world = World(machines: 2, weather: .clear, seed: seed) {
      $0.announcedPort = 7_000
      $0.profile = profile
    }
    _ = world.run(upTo: limit) { world.isConnected(0, 1) && world.isConnected(1, 0) }
    world.run(.seconds(60) + calm)
    for (from, to) in [(0, 1), (1, 0)] { world.blackHole(from: from, to: to) }
    world.run(silent)
    for (from, to) in [(0, 1), (1, 0)] { world.blackHole(from: from, to: to, false) }
    return world.timeUntilUsable(0, 1, limit: limit) ?? limit
  }
}
