import PeerNet
import Seeds
import VirtualNetwork

/// How long it takes until a peer can be called again. For our node these are the real thing: two nodes that find each
/// other by their announces, and a call that is tried until it is answered.
public enum Recovery {
  /// What happened before.
  public enum Cause: String, CaseIterable, Sendable {
    /// The board's radio was gone for 30 s to 10 min; the connection had ended.
    case linkUpAfterMinutes
    /// It was gone for 2 to 10 s; nobody had noticed.
    case linkUpAfterSeconds
    /// The board got another address.
    case addressChange
    /// It got another address, and leaves dialling to its peers.
    case addressChangeOfListener
  }

  /// Times of our node as it is, sorted.
  public static func ofNodes(_ cause: Cause, trials: Int, seed: UInt64, weather: Weather = .clear) -> [TimeSpan] {
    let limit = TimeSpan.seconds(120)
    var dice = SeededGenerator(seed: seed, part: 3)
    return (0..<trials).map { _ -> TimeSpan in
      let world = World(machines: 2, weather: weather, seed: dice.next()) { $0.announcedPort = 7_000 }
      _ = world.run(upTo: limit) { world.isConnected(0, 1) && world.isConnected(1, 0) }
      if cause == .addressChangeOfListener {
        world.act(1) { $0.disconnect(world.machines[0].node.publicKey, now: world.clock(1)) }
      }
      world.run(.seconds(60) + dice.duration(below: .seconds(60)))
      switch cause {
      case .linkUpAfterMinutes, .linkUpAfterSeconds:
        world.setLink(1, up: false)
        world.run(
          cause == .linkUpAfterMinutes
            ? .seconds(30) + dice.duration(below: .seconds(570)) : .seconds(2) + dice.duration(below: .seconds(8)))
        world.setLink(1, up: true)
      case .addressChange, .addressChangeOfListener: world.changeAddress(1, to: 0x0a00_0100)
      }
      return world.timeUntilUsable(0, 1, limit: limit) ?? limit
    }.sorted()
  }

  /// Times of those that know roaming, after an address change on a clear link, sorted: the other end learns the new
  /// address from the next packet. `interval` is what a silent end waits with it; zero for one that is told of the change.
  public static func ofRoaming(interval: TimeSpan, trials: Int, seed: UInt64) -> [TimeSpan] {
    var dice = SeededGenerator(seed: seed, part: 4)
    return (0..<trials).map { index -> TimeSpan in
      var path = Path(.clear, link: seed &+ UInt64(index), direction: 0)
      return (0..<3).reduce(dice.duration(below: interval)) { sum, _ in sum + (path.travel(at: .zero) ?? .zero) }
    }.sorted()
  }
}
