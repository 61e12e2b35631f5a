import PeerNet
import Seeds
import VirtualNetwork

/// Boards that lose what they all hang on, and the hub that all of them are connected to: how they come back.
public struct Herd: Sendable {
  /// What comes back.
  public enum Return: String, CaseIterable, Sendable {
    /// The access point: every board's radio finds it in the same instant.
    case linkTogether = "link up at the same instant"
    /// The access point: it admits the boards one by one, within five seconds.
    case linkInTurn = "links up within 5 s"
    /// The hub: it starts anew, and all hear its first announce in the same instant.
    case hub = "hub restarts"
  }

  /// From the return until the hub and each of the boards were both connected, sorted; `limit` for those that were not.
  public let times: [TimeSpan]
  /// When each TCP connection with the hub came up since then, whatever became of it, sorted.
  public let handshakes: [TimeSpan]

  private static let limit = TimeSpan.seconds(60)
  private static let window = TimeSpan.milliseconds(100)

  /// When the last one was back.
  public var last: TimeSpan { times.last ?? .zero }
  /// Handshakes a second until then.
  public var mean: Double { Double(handshakes.count { $0 <= last }) / seconds(last) }
  /// Handshakes a second in the busiest tenth of a second.
  public var peak: Double {
    var (most, first) = (0, 0)
    for (index, time) in handshakes.enumerated() {
      while time - handshakes[first] >= Self.window { first += 1 }
      most = max(most, index - first + 1)
    }
    return Double(most) / seconds(Self.window)
  }

  private func seconds(_ duration: TimeSpan) -> Double { max(Double(duration.nanoseconds), 1) / 1e9 }

  /// Boards and hub dial by themselves and announce themselves, and each handshake costs the hub a millisecond.
  public init(
    _ cause: Return, boards: Int, after outage: TimeSpan = .seconds(300), weather: Weather = .clear, seed: UInt64
  ) {
    let world = World(machines: boards + 1, weather: weather, seed: seed) {
      $0.announcedPort = 7_000
      $0.limits.maximumConnections = 4_096
    }
    world.costOfAccepting = .milliseconds(1)
    var dice = SeededGenerator(seed: seed, part: 5)
    let log = Log()
    let numbers = Dictionary(uniqueKeysWithValues: world.machines.enumerated().map { ($1.node.publicKey, $0) })
    world.observe = { [unowned world] host, event in
      switch event {
      case .connected(let key): log.note(host, numbers[key]!, isConnected: true, at: world.now)
      case .disconnected(let key, _): log.note(host, numbers[key]!, isConnected: false, at: world.now)
      default: break
      }
    }
    world.onConnection = { [unowned world] dialler, other in
      if dialler == 0 || other == 0 { log.handshakes.append(world.now) }
    }
    for board in 1...boards {
      world.connect(board, 0)
      world.run(.milliseconds(5))
    }
    world.run(.seconds(10))
    if cause == .hub { world.cutPower(0) } else { for board in 1...boards { world.setLink(board, up: false) } }
    world.run(outage)
    if cause == .hub { for board in 1...boards { log.note(0, board, isConnected: false, at: world.now) } }
    let start = world.now
    log.handshakes = []
    log.back = [:]
    switch cause {
    case .linkTogether: for board in 1...boards { world.setLink(board, up: true) }
    case .linkInTurn:
      let order = (1...boards).map { (at: start + dice.duration(below: .seconds(5)), board: $0) }
      for (at, board) in order.sorted(by: { $0.at < $1.at }) {
        world.run(until: at)
        world.setLink(board, up: true)
      }
    case .hub: world.restorePower(0)
    }
    world.run(until: start + Self.limit)
    times = (1...boards).map { log.back[$0].map { $0 - start } ?? Self.limit }.sorted()
    handshakes = log.handshakes.map { $0 - start }
  }

  private final class Log {
    var handshakes: [Instant] = []
    /// When the hub and a board both were connected for the first time.
    var back: [Int: Instant] = [:]
    private var connected: Set<[Int]> = []

    func note(_ host: Int, _ other: Int, isConnected: Bool, at now: Instant) {
      guard isConnected else {
        connected.remove([host, other])
        return
      }
      connected.insert([host, other])
      let board = max(host, other)
      if connected.contains([other, host]), back[board] == nil { back[board] = now }
    }
  }
}
