import ETF
import PeerNet
import Seeds
import Sodium
import VirtualNetwork

/// Machines that run real nodes, joined by TCP as Linux speaks it over links that are as bad as one likes, on one virtual
/// clock. The same seed gives the same run.
///
/// What can go wrong is in `FlakyWorld+Faults`; how packets and deliveries go, in `FlakyWorld+Carrying`.
public final class FlakyWorld {
  enum Happening {
    case segment(Segment, connection: Int, side: Int, to: UInt32)
    case reset(connection: Int, side: Int, to: UInt32)
    case datagram([UInt8], from: Endpoint, toHost: Int)
    case probe([UInt8], from: Endpoint, to: UInt32, toHost: Int)
    case tcpTimer(connection: Int, side: Int)
    case nodeTimer(host: Int)
    case dialDeadline(connection: Int)
    case resume(host: Int)
  }

  struct Name: Hashable {
    let host: Int
    let id: ConnectionID
  }

  struct Route: Hashable {
    let from: Int
    let to: Int
  }

  public let seed: UInt64
  public internal(set) var now = Instant(nanoseconds: 1_000_000_000)
  public internal(set) var hosts: [Host] = []
  /// Of all links that have none of their own.
  public let weather: Weather
  /// Told of each event of each node; what was asked is answered with its arguments first.
  public var observe: (_ host: Int, Event) -> Void = { _, _ in }
  /// Whether hosts that start from now on have a port for probes.
  public var carriesProbes: Bool
  /// Something on the way lets no probe through, as a firewall does, or no segment of TCP.
  public var dropsProbes = false
  public var dropsSegments = false
  /// Told of each probe that is on its way: from whom, to whom, the bytes.
  public var overhear: (_ from: Int, _ to: Int, [UInt8]) -> Void = { _, _, _ in }
  /// What all programs have sent in probes so far.
  public internal(set) var probeBytes = 0
  /// Told of each TCP connection that comes up: who dialled, and who was reached.
  public var onConnection: (_ dialler: Int, _ other: Int) -> Void = { _, _ in }
  /// What all programs have written into their connections so far.
  public internal(set) var bytesWritten = 0
  /// Looks at each node after each of its inputs, with the time on its clock.
  public var inspect: (Node, Instant) -> Void = { _, _ in }
  /// Whether a connection ends at once when its own address is gone, as our program does, which listens to netlink.
  public var endsConnectionsOfLostAddresses = true
  /// What a host's processor spends on each connection that it accepts.
  public var costOfAccepting = TimeSpan.zero
  /// TCP's patience, as the programs set it.
  public var userTimeout: TimeSpan? = LivenessProfile.wifi.rules.userTimeout
  /// Of every announce, the share that is lost on top of what the link loses.
  public var announceLoss = 0.0

  var agenda = Agenda<Happening>()
  var connections: [Int: Connection] = [:]
  /// Where the connections are that a program has a name for.
  var named: [Name: (connection: Int, side: Int)] = [:]
  var lastConnection = 0
  var paths: [Route: Path] = [:]
  var dice: SeededGenerator
  var answered: [Int: [CallID: CallOutcome]] = [:]
  private let configure: (inout NodeConfiguration) -> Void

  /// Nodes that trust each other for everything and speak PeerNet/2; they dial when told to, unless configured to do
  /// otherwise.
  public init(
    hosts count: Int, weather: Weather, seed: UInt64, carriesProbes: Bool = true,
    configure: @escaping (inout NodeConfiguration) -> Void = { $0.dialsAutomatically = false }
  ) {
    self.seed = seed
    self.weather = weather
    self.carriesProbes = carriesProbes
    self.configure = configure
    dice = SeededGenerator(seed: seed)
    for index in 0..<count {
      let ahead = dice.duration(below: .seconds(1_000_000))
      let node = makeNode(index, of: count, now: now + ahead, memory: PeerMemory())
      hosts.append(Host(node: node, address: Self.address(index), clockAhead: ahead))
    }
    for index in 0..<count { settle(index) }
  }

  /// The address that a host has at first.
  public static func address(_ index: Int) -> UInt32 { 0x0a00_0001 + UInt32(index) }
  static let port: UInt16 = 7_000
  static let discoveryPort: UInt16 = 4_040
  static let probePort: UInt16 = 7_001

  /// Few hosts trust one another; of many, all know the first one, and it knows them.
  private static func isMesh(_ count: Int) -> Bool { count <= 16 }
  var isMesh: Bool { Self.isMesh(hosts.count) }

  static func key(_ index: Int) -> KeyPair {
    var seed = [UInt8](repeating: 7, count: 32)
    (seed[0], seed[1]) = (UInt8(index & 0xff), UInt8(index >> 8))
    var stream = RandomStream(seed: seed)
    return KeyPair.generate(from: &stream)
  }

  func makeNode(_ index: Int, of count: Int, now: Instant, memory: PeerMemory) -> Node {
    var trust = TrustList()
    for other in 0..<count where other != index && (Self.isMesh(count) || other == 0 || index == 0) {
      let label = Array("node-\(other)".utf8)
      try! trust.add(TrustEntry(key: Self.key(other).publicKey, label: label, grants: .everything, wire: .two))
    }
    var configuration = NodeConfiguration()
    configure(&configuration)
    var discoveries: [any Discovery] = []
    if let port = configuration.announcedPort {
      let stream = RandomStream(seed: seedBytes())
      discoveries = [UDPDiscovery(.init(key: Self.key(index).publicKey, port: port), random: stream, now: now)]
    }
    let node = Node(
      identity: Self.key(index), trust: trust, memory: memory, configuration: configuration, discoveries: discoveries,
      seed: seedBytes(), now: now)
    node.expose(Array("echo".utf8), isRemoteProcedure: true)
    if carriesProbes { node.offerProbes(at: Self.probePort) }
    return node
  }

  private func seedBytes() -> [UInt8] {
    (0..<4).flatMap { _ in
      let word = dice.next()
      return (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
    }
  }

  /// The time on a host's clock.
  public func clock(_ host: Int) -> Instant { now + hosts[host].clockAhead }

  // MARK: Driving

  /// A host wants a connection to another, whose address it knows.
  public func connect(_ from: Int, _ to: Int) {
    let endpoint = Endpoint(ipv4: hosts[to].address, port: Self.port)
    act(from) { $0.connect(hosts[to].node.publicKey, at: [endpoint], now: clock(from)) }
  }

  /// Does something with a node, and what it wants done then.
  public func act(_ host: Int, _ body: (Node) -> Void) {
    body(hosts[host].node)
    settle(host)
  }

  /// Lets time pass.
  public func run(_ duration: TimeSpan) { run(until: now + duration) }

  /// Lets time pass.
  public func run(until end: Instant) {
    while agenda.next <= end {
      now = max(now, agenda.next)
      while let happening = agenda.take(dueAt: now) { happen(happening) }
    }
    now = end
  }

  /// Lets time pass in steps of a millisecond until something is so; false when it is not within `limit`.
  public func run(upTo limit: TimeSpan, until holds: () -> Bool) -> Bool {
    let end = now + limit
    while !holds() {
      guard now < end else { return false }
      run(until: min(end, max(agenda.next, now + .milliseconds(1))))
    }
    return true
  }

  /// Whether a host's node says that another is connected.
  public func isConnected(_ host: Int, _ other: Int) -> Bool {
    let key = hosts[other].node.publicKey
    return hosts[host].node.statuses.contains { $0.entry.key == key && $0.isConnected }
  }

  /// Calls another host, anew every 20 ms, until one of the calls has been answered: what a user calls usable. Nil when
  /// none has within `limit`.
  public func timeUntilUsable(_ from: Int, _ to: Int, limit: TimeSpan) -> TimeSpan? {
    let start = now
    let key = hosts[to].node.publicKey
    var calls: [CallID] = []
    while now < start + limit {
      if let call = try? hosts[from].node.call(key, "echo", .integer(1), timeout: limit, now: clock(from)) {
        calls.append(call)
      }
      settle(from)
      let next = now + .milliseconds(20)
      while now < next {
        run(until: min(next, max(agenda.next, now + .milliseconds(1))))
        let outcomes = answered[from] ?? [:]
        if calls.contains(where: { if case .answered = outcomes[$0] { true } else { false } }) { return now - start }
      }
    }
    return nil
  }
}
