import ETF
import Sodium
import Testing
import VirtualNetwork

@testable import PeerNet

/// What stands at an address of the world: a node, or a scripted peer.
protocol Party: AnyObject {
  var publicKey: PublicKey { get }
  var deadline: Instant? { get }
  func nextOutput() -> Output?
  func timeout(now: Instant)
  func handleAccepted(from endpoint: Endpoint, now: Instant) -> ConnectionID
  func handleConnected(_ id: ConnectionID, now: Instant)
  func handleDialFailed(_ id: ConnectionID, _ reason: CloseReason, now: Instant)
  func handleReceived(_ id: ConnectionID, _ bytes: [UInt8], now: Instant)
  func handleDrained(_ id: ConnectionID, now: Instant)
  func handleDisconnected(_ id: ConnectionID, _ reason: CloseReason, now: Instant)
  func handleDatagram(_ bytes: [UInt8], from endpoint: Endpoint, link: UInt32?, now: Instant)
}

extension Node: Party {}

/// Nodes on one virtual clock, joined by links that are reliable in order, as TCP's are, with delays of a seed's choice.
///
/// The same seed gives the same run, to the byte.
final class World {
  struct Link {
    /// One way, drawn anew for each segment and then kept in order.
    var delay: ClosedRange<Int64> = 1...10  // milliseconds
    /// Neither bytes nor closes get through, and dials are not answered.
    var isBlackHole = false
    /// Dials are answered by a refusal.
    var refuses = false
  }

  enum Happening {
    case dialArrives(from: Int, ConnectionID, to: Endpoint)
    case dialAnswered(node: Int, ConnectionID)
    case dialRefused(node: Int, ConnectionID)
    case bytes(node: Int, ConnectionID, [UInt8])
    case drained(node: Int, ConnectionID)
    case closed(node: Int, ConnectionID)
    case datagram(node: Int, [UInt8], from: Endpoint)
  }

  struct End: Hashable {
    let node: Int
    let id: ConnectionID
  }

  private(set) var now = Instant(nanoseconds: 1_000_000_000)
  private(set) var parties: [any Party] = []
  var events: [[(at: Instant, event: Event)]] = []
  var link = Link()
  /// Set for one address, it overrides `link`.
  var links: [Endpoint: Link] = [:]
  /// Further addresses of nodes.
  var aliases: [Endpoint: Int] = [:]
  /// Answers requests at once; nil leaves them unanswered.
  var serve: (Int, Request) -> Reply? = { _, request in .ok(request.arguments) }
  var unanswered: [(node: Int, Request)] = []
  /// Nodes that leave what is sent to them in their kernel's buffers.
  var slowReaders: Set<Int> = []
  /// Nodes that hear and say nothing: cut off, switched off.
  var cutOff: Set<Int> = []
  /// How many dials each node has made, to whom and when.
  var dials: [(at: Instant, node: Int, to: Endpoint)] = []
  /// The calls that were made, and when they must have an outcome.
  private(set) var madeCalls: [(node: Int, id: CallID, deadline: Instant)] = []
  /// The requests that nodes were asked, and when.
  var arrivals: [(at: Instant, node: Int, request: Request)] = []
  /// How often something was sent to somebody who is no party, as a stranger is.
  var saidToStrangers = 0
  /// How often each node was woken by its deadline.
  private(set) var wakes: [Int: Int] = [:]
  var random: RandomStream
  var agenda = Agenda<Happening>()
  var joined: [End: End] = [:]
  var lastArrival: [End: Instant] = [:]
  /// What waits in the kernel of a node that reads no more from a connection.
  var unread: [End: [[UInt8]]] = [:]
  private var specifications: [Int: Specification] = [:]

  private struct Specification {
    let trusted: [Int]
    let allow: Grants
    let wire: Wire?
    let announces: Bool
    let configuration: NodeConfiguration
  }

  init(seed: UInt8) { random = RandomStream(seed: [UInt8](repeating: seed, count: 32)) }

  static func key(_ index: Int) -> KeyPair {
    var stream = RandomStream(seed: [UInt8](repeating: UInt8(100 + index), count: 32))
    return KeyPair.generate(from: &stream)
  }

  static func endpoint(_ node: Int) -> Endpoint { Endpoint(ipv4: 0x0a00_0001 + UInt32(node), port: 7_000) }

  /// Adds a node that trusts the given ones for everything.
  @discardableResult
  func add(
    trusting trusted: [Int], allow: Grants = .everything, wire: Wire? = nil, announces: Bool = false,
    configure: (inout NodeConfiguration) -> Void = { _ in }
  ) -> Node {
    var configuration = NodeConfiguration()
    configuration.dialsAutomatically = false
    configure(&configuration)
    let specification = Specification(
      trusted: trusted, allow: allow, wire: wire, announces: announces, configuration: configuration)
    specifications[parties.count] = specification
    let node = make(parties.count, specification, memory: PeerMemory())
    add(node)
    return node
  }

  func add(_ party: any Party) {
    parties.append(party)
    events.append([])
    carryOut(parties.count - 1)
  }

  func node(_ index: Int) -> Node { parties[index] as! Node }

  func trust(_ trusted: [Int], allow: Grants = .everything, wire: Wire? = nil) -> TrustList {
    var list = TrustList()
    for other in trusted {
      try! list.add(
        TrustEntry(key: World.key(other).publicKey, label: Array("node-\(other)".utf8), grants: allow, wire: wire))
    }
    return list
  }

  /// A node's own list again, without some.
  func trust(of index: Int, without: Set<Int> = []) -> TrustList {
    let specification = specifications[index]!
    return trust(
      specification.trusted.filter { !without.contains($0) }, allow: specification.allow, wire: specification.wire)
  }

  private func make(_ index: Int, _ specification: Specification, memory: PeerMemory) -> Node {
    let seed = random.bytes(32)
    var discoveries: [any Discovery] = []
    if specification.announces {
      discoveries = [
        UDPDiscovery(
          .init(key: World.key(index).publicKey, port: 7_000), random: RandomStream(seed: random.bytes(32)), now: now)
      ]
    }
    let node = Node(
      identity: World.key(index),
      trust: trust(specification.trusted, allow: specification.allow, wire: specification.wire), memory: memory,
      configuration: specification.configuration, discoveries: discoveries, seed: seed, now: now)
    node.expose(Array("echo".utf8), isRemoteProcedure: true)
    node.expose(Array("wifi.restart".utf8), isRemoteProcedure: true)
    return node
  }

  /// Somebody says to a node where another one is, as anybody can.
  func announce(_ other: Int, at endpoint: Endpoint, to index: Int) {
    let bytes = Announce(key: parties[other].publicKey, port: endpoint.port)!.bytes
    act(index) { $0.handleDatagram(bytes, from: endpoint.with(port: 4_040), link: 1, now: now) }
  }

  // MARK: Faults

  /// Takes a node's power and gives it back at once: it starts anew, and nobody is told.
  func powerCycle(_ index: Int, keepsMemory: Bool) {
    let memory = node(index).memory
    severAll(index)
    parties[index] = make(index, specifications[index]!, memory: keepsMemory ? memory : PeerMemory())
    events[index] = []
    madeCalls.removeAll { $0.node == index }
    unanswered.removeAll { $0.node == index }
    carryOut(index)
  }

  /// Every connection of a node dies without a word.
  func severAll(_ index: Int) {
    for end in joined.keys where end.node == index { sever(end) }
  }

  /// Every connection of a node is reset.
  func resetAll(_ index: Int) {
    for end in joined.keys.filter({ $0.node == index }).sorted(by: { $0.id < $1.id }) {
      guard let other = joined[end] else { continue }
      sever(end)
      schedule(.closed(node: end.node, end.id), after: .zero)
      schedule(.closed(node: other.node, other.id), after: .milliseconds(1))
    }
  }

  func sever(_ end: End) {
    if let other = joined.removeValue(forKey: end) { joined[other] = nil }
  }

  /// A connection from a stranger's address that says `bytes` and nothing more.
  func stranger(_ address: UInt32, to index: Int, saying bytes: [UInt8]) {
    let id = parties[index].handleAccepted(from: Endpoint(ipv4: address, port: 9), now: now)
    parties[index].handleReceived(id, bytes, now: now)
    carryOut(index)
  }

  // MARK: Driving

  func connect(_ from: Int, _ to: Int) {
    node(from).connect(parties[to].publicKey, at: [World.endpoint(to)], now: now)
    carryOut(from)
  }

  func takeUnanswered() -> [(node: Int, Request)] {
    defer { unanswered = [] }
    return unanswered
  }

  func act(_ index: Int, _ body: (Node) -> Void) {
    body(node(index))
    carryOut(index)
  }

  func call(
    _ from: Int, _ to: Int, _ name: Atom = "echo", _ arguments: Term = .integer(1),
    timeout: TimeSpan = .seconds(5)
  ) throws -> CallID {
    let id = try node(from).call(parties[to].publicKey, name, arguments, timeout: timeout, now: now)
    madeCalls.append((from, id, now + timeout))
    carryOut(from)
    return id
  }

  /// Lets time pass.
  func run(_ duration: TimeSpan) {
    let end = now + duration
    while true {
      let next = min(agenda.next, parties.compactMap(\.deadline).min() ?? .distantFuture)
      guard next <= end else { break }
      now = max(now, next)
      while let happening = agenda.take(dueAt: now) { happen(happening) }
      for index in parties.indices where parties[index].deadline.map({ $0 <= now }) ?? false {
        wakes[index, default: 0] += 1
        parties[index].timeout(now: now)
        carryOut(index)
      }
    }
    now = end
  }

  /// Lets time pass in small steps until something has happened, or for ten seconds in vain.
  func run(until hasHappened: () -> Bool) {
    for _ in 0..<10_000 where !hasHappened() { run(.milliseconds(1)) }
    #expect(hasHappened())
  }
}
