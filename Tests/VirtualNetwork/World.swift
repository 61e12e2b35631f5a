import ETF
import PeerNet
import Seeds
import Sodium

/// Machines on one virtual clock, and the links between them, which are as good or as bad as one likes. The same seed
/// gives the same run, to the byte.
///
/// `World+Carrying` does what programs want and hands them what comes, `World+TCP` is their kernels on links that lose
/// packets, and `World+Faults` is what goes wrong.
public final class World {
  /// What joins the machines.
  public enum Transport: Sendable {
    /// Links that keep order, with delays of the seed's choice: a connection brings all that was said on it, or dies.
    case ordered
    /// TCP as Linux speaks it, over links of this weather unless they have one of their own.
    case tcp(Weather)
  }

  /// How an address is reached.
  public struct Link {
    /// Milliseconds one way on ordered links, drawn anew for each segment and then kept in order.
    public var delay: ClosedRange<Int64> = 1...10
    /// Nothing gets through, and dials are not answered.
    public var isBlackHole: Bool
    /// Dials are answered by a refusal.
    public var refuses: Bool

    /// One that works, unless told otherwise.
    public init(isBlackHole: Bool = false, refuses: Bool = false) {
      (self.isBlackHole, self.refuses) = (isBlackHole, refuses)
    }
  }

  enum Happening {
    case delivery(Machine.Delivery, to: Int)
    case datagram([UInt8], from: Endpoint, to: Int)
    case probe([UInt8], from: Endpoint, address: UInt32, to: Int)
    case dialArrives(connection: Int)
    case dialDeadline(connection: Int)
    case segment(Segment, connection: Int, side: Int, to: UInt32)
    case reset(connection: Int, side: Int, to: UInt32)
    case tcpTimer(connection: Int, side: Int)
    case nodeTimer(Int)
    case resume(Int)
  }

  struct Name: Hashable {
    let machine: Int
    let id: ConnectionID
  }

  struct Route: Hashable {
    let from: Int
    let to: Int
  }

  /// Where every machine listens.
  public static let port: UInt16 = 7_000
  static let discoveryPort: UInt16 = 4_040
  static let probePort: UInt16 = 7_001

  /// What joins the machines.
  public let transport: Transport
  /// What all chance comes from.
  public let seed: UInt64
  /// The world's time; machines have clocks of their own.
  public private(set) var now = Instant(nanoseconds: 1_000_000_000)
  /// Everybody, in the order of being added.
  public internal(set) var machines: [Machine] = []

  // MARK: What is known of the run

  /// What each machine's program was told, and when, since it has power.
  public internal(set) var events: [[(at: Instant, event: Event)]] = []
  /// The dials that were made.
  public internal(set) var dials: [(at: Instant, node: Int, to: Endpoint)] = []
  /// The calls that were made with `call`, and when they must have an outcome.
  public internal(set) var madeCalls: [(node: Int, id: CallID, deadline: Instant)] = []
  /// The requests that programs were asked.
  public internal(set) var arrivals: [(at: Instant, node: Int, request: Request)] = []
  /// How often something was sent to somebody who is no machine of the world, as a stranger is.
  public internal(set) var saidToStrangers = 0
  /// What all programs have written into their connections.
  public internal(set) var bytesWritten = 0
  /// What all programs have sent in probes.
  public internal(set) var probeBytes = 0
  /// Told of each event of each machine, once what was asked is answered.
  public var observe: (_ machine: Int, Event) -> Void = { _, _ in }
  /// Told of each probe that is on its way: from whom, to whom, the bytes.
  public var overhear: (_ from: Int, _ to: Int, [UInt8]) -> Void = { _, _, _ in }
  /// Told of each connection that comes up: who dialled, and who was reached.
  public var onConnection: (_ dialler: Int, _ other: Int) -> Void = { _, _ in }
  /// Looks at each node after each of its inputs, with the time on its clock.
  public var inspect: (Node, Instant) -> Void = { _, _ in }

  // MARK: How it is

  /// Of all addresses that have none of their own in `links`.
  public var link = Link()
  /// Of one address, instead of `link`.
  public var links: [Endpoint: Link] = [:]
  /// Further addresses of machines.
  public var aliases: [Endpoint: Int] = [:]
  /// Answers requests at once; nil leaves them unanswered.
  public var serve: (Int, Request) -> Reply? = { _, request in .ok(request.arguments) }
  /// Whether nodes that start from now on have a port for probes.
  public var carriesProbes: Bool
  /// Something on the way lets no probe through, as a firewall does.
  public var dropsProbes = false
  /// It lets no segment of TCP through.
  public var dropsSegments = false
  /// Of every announce, the share that is lost on top of what the link loses.
  public var announceLoss = 0.0
  /// Whether a connection ends at once when its own address is gone, as our program does, which listens to netlink.
  public var endsConnectionsOfLostAddresses = true
  /// What a machine's processor spends on each connection that it accepts.
  public var costOfAccepting = TimeSpan.zero
  /// TCP's patience, as the programs set it.
  public var userTimeout: TimeSpan? = LivenessProfile.wifi.rules.userTimeout

  var agenda = Agenda<Happening>()
  var connections: [Int: Connection] = [:]
  /// Where the connections are that a program has a name for.
  var named: [Name: (connection: Int, side: Int)] = [:]
  var lastConnection = 0
  var paths: [Route: Path] = [:]
  var holes: Set<Route> = []
  var unanswered: [(node: Int, Request)] = []
  var outcomes: [[CallID: [CallOutcome]]] = []
  /// All know the first machine and it knows all, who do not know each other.
  private(set) var isStar = false
  var dice: SeededGenerator
  /// What ordered links draw from; their seeds are bytes.
  var random: RandomStream

  /// Without machines. On ordered links only the low byte of the seed counts.
  public init(_ transport: Transport, seed: UInt64, carriesProbes: Bool = false) {
    self.transport = transport
    self.seed = seed
    self.carriesProbes = carriesProbes
    dice = SeededGenerator(seed: seed)
    random = RandomStream(seed: [UInt8](repeating: UInt8(truncatingIfNeeded: seed), count: 32))
  }

  /// Nodes on links of TCP that trust each other for everything and speak PeerNet/2; they dial when told to, unless
  /// configured to do otherwise. Of more than 16, all know the first one, and it knows them.
  public convenience init(
    machines count: Int, weather: Weather, seed: UInt64, carriesProbes: Bool = true,
    configure: (inout NodeConfiguration) -> Void = { $0.dialsAutomatically = false }
  ) {
    self.init(.tcp(weather), seed: seed, carriesProbes: carriesProbes)
    isStar = count > 16
    for index in 0..<count {
      var configuration = NodeConfiguration()
      configure(&configuration)
      let trusted = (0..<count).filter { $0 != index && knows(index, $0) }
      place(.init(trusted: trusted, allow: .everything, wire: .two, configuration: configuration))
    }
    for index in 0..<count { settle(index) }
  }

  /// Whether two machines are each other's neighbours.
  func knows(_ index: Int, _ other: Int) -> Bool { !isStar || index == 0 || other == 0 }

  // MARK: Machines

  /// The key of a machine. Whose key is lower decides which of two connections stays, so what seeds do hangs on keys,
  /// too: each kind of links has had its own.
  public static func key(_ index: Int, on transport: Transport = .ordered) -> KeyPair {
    var seed: [UInt8]
    switch transport {
    case .ordered: seed = [UInt8](repeating: UInt8(100 + index), count: 32)
    case .tcp:
      seed = [UInt8](repeating: 7, count: 32)
      (seed[0], seed[1]) = (UInt8(index & 0xff), UInt8(index >> 8))
    }
    var stream = RandomStream(seed: seed)
    return KeyPair.generate(from: &stream)
  }

  /// The address that a machine has at first.
  public static func address(_ index: Int) -> UInt32 { 0x0a00_0001 + UInt32(index) }
  /// Where a machine is dialled at first.
  public static func endpoint(_ index: Int) -> Endpoint { Endpoint(ipv4: address(index), port: port) }

  /// Adds a node that trusts the given ones.
  @discardableResult
  public func add(
    trusting trusted: [Int], allow: Grants = .everything, wire: Wire? = nil, announces: Bool = false,
    configure: (inout NodeConfiguration) -> Void = { _ in }
  ) -> Node {
    var configuration = NodeConfiguration()
    configuration.dialsAutomatically = false
    if announces { configuration.announcedPort = Self.port }
    configure(&configuration)
    place(.init(trusted: trusted, allow: allow, wire: wire, configuration: configuration))
    settle(machines.count - 1)
    return node(machines.count - 1)
  }

  /// Adds a scripted party.
  public func add(_ party: any Party) {
    place(party, nil, clockAhead: clockOrigin())
    settle(machines.count - 1)
  }

  private func place(_ specification: Machine.Specification) {
    let ahead = clockOrigin()
    let node = makeNode(machines.count, specification, memory: PeerMemory(), now: now + ahead)
    place(node, specification, clockAhead: ahead)
  }

  private func place(_ party: any Party, _ specification: Machine.Specification?, clockAhead: TimeSpan) {
    let address = Self.address(machines.count)
    machines.append(
      Machine(party: party, specification: specification, address: address, clockAhead: clockAhead))
    events.append([])
    outcomes.append([:])
  }

  /// Tests on ordered links tell nodes the world's time.
  func clockOrigin() -> TimeSpan {
    switch transport {
    case .ordered: .zero
    case .tcp: dice.duration(below: .seconds(1_000_000))
    }
  }

  func makeNode(_ index: Int, _ specification: Machine.Specification, memory: PeerMemory, now: Instant) -> Node {
    let port = specification.configuration.announcedPort
    let seed: [UInt8]
    let discoverySeed: [UInt8]?
    // Each kind of links draws from its own stream and in its own order: what its seeds do hangs on that.
    switch transport {
    case .ordered:
      seed = random.bytes(32)
      discoverySeed = port == nil ? nil : random.bytes(32)
    case .tcp:
      discoverySeed = port == nil ? nil : dice.streamSeed()
      seed = dice.streamSeed()
    }
    var discoveries: [any Discovery] = []
    if let discoverySeed {
      let key = Self.key(index, on: transport).publicKey
      discoveries = [UDPDiscovery(.init(key: key, port: port), random: RandomStream(seed: discoverySeed), now: now)]
    }
    let node = Node(
      identity: Self.key(index, on: transport), trust: trust(specification), memory: memory,
      configuration: specification.configuration, discoveries: discoveries, seed: seed, now: now)
    for name in ["echo", "wifi.restart"] { node.expose(Array(name.utf8), isRemoteProcedure: true) }
    if carriesProbes { node.offerProbes(at: Self.probePort) }
    return node
  }

  /// A node's own list again, without some.
  public func trust(of index: Int, without: Set<Int> = []) -> TrustList {
    trust(machines[index].specification!, without: without)
  }

  private func trust(_ specification: Machine.Specification, without: Set<Int> = []) -> TrustList {
    var list = TrustList()
    for other in specification.trusted where !without.contains(other) {
      let key = Self.key(other, on: transport).publicKey
      let label = Array("node-\(other)".utf8)
      try! list.add(TrustEntry(key: key, label: label, grants: specification.allow, wire: specification.wire))
    }
    return list
  }

  // MARK: Time

  /// The time on a machine's clock.
  public func clock(_ index: Int) -> Instant { now + machines[index].clockAhead }

  /// Lets time pass.
  public func run(_ duration: TimeSpan) { run(until: now + duration) }

  /// Lets time pass.
  public func run(until end: Instant) {
    while true {
      let next = next
      guard next <= end else { break }
      now = max(now, next)
      while let happening = agenda.take(dueAt: now) { happen(happening) }
      wakeWhoIsDue()
    }
    now = end
  }

  /// Lets time pass in steps of a millisecond until something is so; false when it is not within `limit`.
  public func run(upTo limit: TimeSpan, until holds: () -> Bool) -> Bool {
    let end = now + limit
    while !holds() {
      guard now < end else { return false }
      step(until: end)
    }
    return true
  }

  /// To the next thing that happens, or by a millisecond.
  private func step(until end: Instant) { run(until: min(end, max(next, now + .milliseconds(1)))) }

  /// When the next thing happens.
  private var next: Instant {
    switch transport {
    case .ordered: min(agenda.next, machines.indices.lazy.map { self.wake(of: $0) }.min() ?? .distantFuture)
    case .tcp: agenda.next
    }
  }

  /// On ordered links programs are woken once all of an instant has happened, in the order of their numbers; on links
  /// of TCP the agenda wakes them in between (`wakeInTime`). What seeds of either do hangs on its order.
  private func wakeWhoIsDue() {
    guard case .ordered = transport else { return }
    for index in machines.indices where wake(of: index) <= now {
      machines[index].wakeUps += 1
      machines[index].party.timeout(now: clock(index))
      settle(index)
    }
  }

  private func wake(of index: Int) -> Instant {
    guard machines[index].runs, let deadline = machines[index].party.deadline else { return .distantFuture }
    return max(deadline - machines[index].clockAhead, machines[index].stalledUntil)
  }

  // MARK: Programs

  /// What stands on a machine, where that is a node.
  public func node(_ index: Int) -> Node { machines[index].node }

  /// Does something with a node, and what it wants done then.
  public func act(_ index: Int, _ body: (Node) -> Void) {
    body(node(index))
    settle(index)
  }

  /// A node wants a connection to another machine, whose address it knows.
  public func connect(_ from: Int, _ to: Int) {
    act(from) { $0.connect(machines[to].publicKey, at: [machines[to].endpoint], now: clock(from)) }
  }

  /// Calls another machine.
  public func call(
    _ from: Int, _ to: Int, _ name: Atom = "echo", _ arguments: Term = .integer(1),
    timeout: TimeSpan = .seconds(5)
  ) throws -> CallID {
    let id = try node(from).call(machines[to].publicKey, name, arguments, timeout: timeout, now: clock(from))
    madeCalls.append((from, id, now + timeout))
    settle(from)
    return id
  }

  /// Every outcome that a call has had: one, if all is well.
  public func outcome(_ index: Int, _ call: CallID) -> [CallOutcome] { outcomes[index][call] ?? [] }

  /// The requests that `serve` left unanswered, once.
  public func takeUnanswered() -> [(node: Int, Request)] {
    defer { unanswered = [] }
    return unanswered
  }

  /// Whether a machine's node says that another is connected.
  public func isConnected(_ index: Int, _ other: Int) -> Bool {
    let key = machines[other].publicKey
    return node(index).statuses.contains { $0.entry.key == key && $0.isConnected }
  }

  /// Calls another machine, anew every 20 ms, until one of the calls has been answered: what a user calls usable. Nil
  /// when none has within `limit`.
  public func timeUntilUsable(_ from: Int, _ to: Int, limit: TimeSpan) -> TimeSpan? {
    let start = now
    let key = machines[to].publicKey
    var calls: [CallID] = []
    while now < start + limit {
      if let call = try? node(from).call(key, "echo", .integer(1), timeout: limit, now: clock(from)) {
        calls.append(call)
      }
      settle(from)
      let next = now + .milliseconds(20)
      while now < next {
        step(until: next)
        let outcomes = outcomes[from]
        let isAnswered = calls.contains { call in
          outcomes[call]?.contains { if case .answered = $0 { true } else { false } } ?? false
        }
        if isAnswered { return now - start }
      }
    }
    return nil
  }
}
