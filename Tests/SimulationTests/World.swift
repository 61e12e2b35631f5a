import ETF
import PeerNet
import Sodium

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

  private struct Scheduled {
    let at: Instant
    let order: Int
    let happening: Happening
  }

  struct End: Hashable {
    let node: Int
    let id: ConnectionID
  }

  private(set) var now = Instant(nanoseconds: 1_000_000_000)
  private(set) var nodes: [Node] = []
  private(set) var events: [[(at: Instant, event: Event)]] = []
  var link = Link()
  /// Set for one address, it overrides `link`.
  var links: [Endpoint: Link] = [:]
  /// Answers requests at once; nil leaves them unanswered.
  var serve: (Int, Request) -> Reply? = { _, request in .ok(request.arguments) }
  private(set) var unanswered: [(node: Int, Request)] = []

  private var random: RandomStream
  private var queue: [Scheduled] = []
  private var order = 0
  private var joined: [End: End] = [:]
  private var lastArrival: [End: Instant] = [:]
  private var isStopped: Set<Int> = []

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
    let index = nodes.count
    var list = TrustList()
    for other in trusted {
      try! list.add(
        TrustEntry(key: World.key(other).publicKey, label: Array("node-\(other)".utf8), grants: allow, wire: wire))
    }
    var configuration = NodeConfiguration()
    configuration.dialsAutomatically = false
    configure(&configuration)
    let seed = random.bytes(32)
    var discoveries: [any Discovery] = []
    if announces {
      discoveries = [
        UDPDiscovery(
          .init(key: World.key(index).publicKey, port: 7_000), random: RandomStream(seed: random.bytes(32)), now: now)
      ]
    }
    let node = Node(
      identity: World.key(index), trust: list, configuration: configuration, discoveries: discoveries, seed: seed,
      now: now)
    node.expose(Array("echo".utf8), isRemoteProcedure: true)
    node.expose(Array("wifi.restart".utf8), isRemoteProcedure: true)
    nodes.append(node)
    events.append([])
    carryOut(index)
    return node
  }

  // MARK: Driving

  func connect(_ from: Int, _ to: Int) {
    nodes[from].connect(nodes[to].publicKey, at: [World.endpoint(to)], now: now)
    carryOut(from)
  }

  func act(_ index: Int, _ body: (Node) -> Void) {
    body(nodes[index])
    carryOut(index)
  }

  func call(_ from: Int, _ to: Int, _ name: Atom = "echo", _ arguments: Term = .integer(1)) throws -> CallID {
    let id = try nodes[from].call(nodes[to].publicKey, name, arguments, timeout: .seconds(5), now: now)
    carryOut(from)
    return id
  }

  /// Lets time pass.
  func run(_ duration: Duration) {
    let end = now + duration
    while true {
      let next = min(queue.first?.at ?? .distantFuture, nodes.compactMap(\.deadline).min() ?? .distantFuture)
      guard next <= end else { break }
      now = max(now, next)
      while let first = queue.first, first.at <= now {
        queue.removeFirst()
        happen(first.happening)
      }
      for index in nodes.indices where nodes[index].deadline.map({ $0 <= now }) ?? false {
        nodes[index].timeout(now: now)
        carryOut(index)
      }
    }
    now = end
  }

  /// How many authenticated connections a node has with another.
  func open(_ node: Int, with other: Int) -> Int {
    var open: Set<ConnectionID> = []
    for (_, event) in events[node] {
      switch event {
      case .opened(let id, nodes[other].publicKey, _, _, _): open.insert(id)
      case .closed(let id, nodes[other].publicKey, _): open.remove(id)
      default: break
      }
    }
    return open.count
  }

  func outcome(_ node: Int, _ call: CallID) -> [CallOutcome] {
    events[node].compactMap { if case .callFinished(call, let outcome) = $0.event { outcome } else { nil } }
  }

  func count(_ node: Int, where matches: (Event) -> Bool) -> Int { events[node].count { matches($0.event) } }

  func endpointLink(_ endpoint: Endpoint) -> Link { links[endpoint] ?? link }

  // MARK: Carrying out

  private func schedule(_ happening: Happening, after delay: Duration) {
    order += 1
    let entry = Scheduled(at: now + delay, order: order, happening: happening)
    let index = queue.firstIndex { ($0.at, $0.order) > (entry.at, entry.order) } ?? queue.count
    queue.insert(entry, at: index)
  }

  private func delay() -> Duration {
    let span = UInt64(link.delay.upperBound - link.delay.lowerBound + 1)
    return .milliseconds(link.delay.lowerBound + Int64(random.below(span)))
  }

  /// Segments of one direction arrive in the order they were sent.
  private func inOrder(to end: End) -> Duration {
    let arrival = max(now + delay(), lastArrival[end] ?? .zero)
    lastArrival[end] = arrival
    return arrival - now
  }

  func carryOut(_ index: Int) {
    while let output = nodes[index].nextOutput() {
      switch output {
      case .dial(let id, let endpoint, let deadline):
        if endpointLink(endpoint).isBlackHole {
          schedule(.dialRefused(node: index, id), after: deadline)
        } else {
          schedule(.dialArrives(from: index, id, to: endpoint), after: delay())
        }
      case .send(let id, let bytes):
        schedule(.drained(node: index, id), after: .zero)
        guard let other = joined[End(node: index, id: id)], !link.isBlackHole else { continue }
        schedule(.bytes(node: other.node, other.id, bytes), after: inOrder(to: other))
      case .close(let id, _):
        guard let other = joined.removeValue(forKey: End(node: index, id: id)), !link.isBlackHole else { continue }
        schedule(.closed(node: other.node, other.id), after: inOrder(to: other))
      case .broadcast(let bytes):
        for other in nodes.indices where other != index {
          schedule(
            .datagram(node: other, bytes, from: World.endpoint(index).with(port: 4_040)), after: delay())
        }
      case .datagram(let bytes, let to):
        for other in nodes.indices where World.endpoint(other).with(port: 0) == to.with(port: 0) {
          schedule(.datagram(node: other, bytes, from: World.endpoint(index).with(port: 4_040)), after: delay())
        }
      case .event(let event):
        events[index].append((now, event))
        if case .request(let request) = event {
          if let reply = serve(index, request) {
            nodes[index].reply(request.token!, reply, now: now)
          } else {
            unanswered.append((index, request))
          }
        }
      }
    }
  }

  private func happen(_ happening: Happening) {
    switch happening {
    case .dialArrives(let from, let id, let endpoint):
      guard let to = nodes.indices.first(where: { World.endpoint($0) == endpoint }), !endpointLink(endpoint).refuses
      else {
        return schedule(.dialRefused(node: from, id), after: delay())
      }
      let accepted = nodes[to].accept(from: World.endpoint(from).with(port: 50_000), now: now)
      joined[End(node: from, id: id)] = End(node: to, id: accepted)
      joined[End(node: to, id: accepted)] = End(node: from, id: id)
      schedule(.dialAnswered(node: from, id), after: delay())
      carryOut(to)
    case .dialAnswered(let node, let id):
      nodes[node].connected(id, now: now)
      carryOut(node)
    case .dialRefused(let node, let id):
      nodes[node].dialFailed(id, .refused, now: now)
      carryOut(node)
    case .bytes(let node, let id, let bytes):
      nodes[node].receive(id, bytes, now: now)
      carryOut(node)
    case .drained(let node, let id):
      nodes[node].drained(id, now: now)
      carryOut(node)
    case .closed(let node, let id):
      joined[End(node: node, id: id)] = nil
      nodes[node].disconnected(id, .closedByPeer, now: now)
      carryOut(node)
    case .datagram(let node, let bytes, let source):
      nodes[node].receiveDatagram(bytes, from: source, onLink: true, now: now)
      carryOut(node)
    }
  }
}
