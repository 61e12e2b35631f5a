import Basics
import Glibc
import Linux
import PeerNet
import PeerNetLinux
import Reactor
import Sodium
import Synchronization
import Testing
import Threads

/// Two nodes in two network namespaces, each with a kernel's interfaces, addresses and routes of its own, joined by a pair of
/// virtual Ethernet interfaces.
@Suite struct NetworkChangeTests {
  private static func key(_ number: UInt8) -> KeyPair {
    var stream = RandomStream(seed: [UInt8](repeating: number, count: 32))
    return KeyPair.generate(from: &stream)
  }

  /// A node, its transport, and what it has told.
  private final class Side {
    let reactor: Reactor
    let transport: ReactorTransport
    let node: Node
    private(set) var log: [Event] = []

    init(_ own: UInt8, trusting other: UInt8, port: UInt16?) throws {
      reactor = try Reactor()
      var configuration = ReactorTransport.Configuration()
      configuration.listen = port.map { Endpoint.anyIPv4(port: $0) }
      configuration.discoveryPort = nil
      transport = try ReactorTransport(reactor: reactor, configuration: configuration)
      var trust = TrustList()
      try trust.add(
        TrustEntry(
          key: NetworkChangeTests.key(other).publicKey, label: [UInt8(ascii: "x")], grants: .everything, wire: .two))
      var settings = NodeConfiguration()
      settings.dialsAutomatically = port == nil
      node = Node(
        identity: NetworkChangeTests.key(own), trust: trust, configuration: settings,
        seed: [UInt8](repeating: own, count: 32), now: transport.now)
      try transport.start(node) { [unowned self] in log.append($0) }
    }

    /// Runs a command in this thread's namespace, and the node meanwhile.
    func ip(_ arguments: String) throws -> Bool {
      var ending: Subprocess.Ending?
      _ = try Subprocess(
        path: Array("/sbin/ip".utf8), arguments: ("ip " + arguments).split(separator: " ").map { Array($0.utf8) },
        environment: [], deadline: .distantFuture, reactor: reactor
      ) { ending = $0.ending }
      try reactor.run(until: { ending != nil })
      return ending == .exited(code: 0)
    }

    func ip(all commands: [String]) throws -> Bool { try commands.allSatisfy { try ip($0) } }

    /// False when it did not come true within half a minute.
    func wait(until holds: () -> Bool) throws -> Bool {
      let end = reactor.now + .seconds(30)
      while !holds() {
        guard reactor.now < end else { return false }
        try reactor.runOnce(maxWait: .milliseconds(10))
      }
      return true
    }

    func rest(_ milliseconds: Int64) throws {
      let end = reactor.now + .milliseconds(milliseconds)
      while reactor.now < end { try reactor.runOnce(maxWait: .milliseconds(10)) }
    }

    var closed: [CloseReason] { log.compactMap { if case .closed(_, _, let reason) = $0 { reason } else { nil } } }
    var opened: Int { log.count { if case .opened = $0 { true } else { false } } }
    var pongs: Int { log.count { if case .pong = $0 { true } else { false } } }
    var isConnected: Bool { node.statuses[0].isConnected }

    func ping() {
      transport.perform { node in _ = try? node.ping(node.statuses[0].entry.key, now: transport.now) }
    }
  }

  /// What the threads tell one another.
  private final class Signals: Sendable {
    /// The thread of the laptop's namespace, once it has one.
    let thread = Atomic<Int>(0)
    /// The board's end of the cable is there.
    let isJoined = Atomic<Bool>(false)
    let isListening = Atomic<Bool>(false)
    /// Whether the laptop's end of the cable should be up.
    let cable = Atomic<Bool>(true)
    let cableIs = Atomic<Bool>(true)
    let isOver = Atomic<Bool>(false)

    func wait(_ flag: borrowing Atomic<Bool>) {
      while !flag.load(ordering: .acquiring) && !isOver.load(ordering: .acquiring) { usleep(2_000) }
    }
  }

  @Test(.enabled(if: Namespaces.areAllowed, "needs the right to make namespaces"))
  func onlyWhatAChangeTouchesEnds() throws {
    let signals = Signals()
    let laptop = startThread {
      if let failure = Self.laptop(signals) { Issue.record("laptop: \(failure)") }
      signals.isOver.store(true, ordering: .releasing)
    }
    let failure = onThread { Self.board(signals) }
    signals.isOver.store(true, ordering: .releasing)
    join(laptop)
    #expect(failure == nil)
  }

  /// It listens at an address that its cable does not carry, so that the cable may go down on its side unnoticed by it.
  private static func laptop(_ signals: Signals) -> String? {
    guard Namespaces.unshareNetwork() else { return "unshare" }
    signals.thread.store(Int(Namespaces.thread), ordering: .releasing)
    signals.wait(signals.isJoined)
    do {
      let side = try Side(2, trusting: 1, port: 7_000)
      guard
        try side.ip(all: [
          "link set lo up", "link add e0 type veth peer name e1", "link set e0 up", "link set e1 up",
          "addr add 10.77.2.1/32 dev e0", "route add default dev e0", "addr add 10.77.1.254/24 dev v1",
          "link set v1 up",
        ])
      else { return "ip" }
      signals.isListening.store(true, ordering: .releasing)
      while !signals.isOver.load(ordering: .acquiring) {
        try side.reactor.runOnce(maxWait: .milliseconds(5))
        let cable = signals.cable.load(ordering: .acquiring)
        guard cable != signals.cableIs.load(ordering: .acquiring) else { continue }
        guard try side.ip("link set v1 \(cable ? "up" : "down")") else { return "cable" }
        signals.cableIs.store(cable, ordering: .releasing)
      }
      side.transport.close()
      return nil
    } catch {
      return "\(error)"
    }
  }

  private static func board(_ signals: Signals) -> String? {
    guard Namespaces.unshareNetwork() else { return "unshare" }
    while signals.thread.load(ordering: .acquiring) == 0, !signals.isOver.load(ordering: .acquiring) { usleep(2_000) }
    do {
      let side = try Side(1, trusting: 2, port: nil)
      guard
        try side.ip(all: [
          "link add v0 type veth peer name v1 netns \(signals.thread.load(ordering: .acquiring))",
          "addr add 10.77.1.1/24 dev v0", "link set v0 up", "route add 10.77.2.0/24 via 10.77.1.254",
          "link add d0 type veth peer name d1", "link set d0 up", "link set d1 up",
        ])
      else { return "ip" }
      signals.isJoined.store(true, ordering: .releasing)
      signals.wait(signals.isListening)
      side.transport.perform {
        $0.connect(key(2).publicKey, at: [Endpoint(ipv4: 0x0a4d_0201, port: 7_000)], now: side.transport.now)
      }
      guard try side.wait(until: { side.isConnected }) else { return "never connected" }
      return try othersAreNotTouched(side) ?? carrier(side, signals) ?? route(side) ?? address(side)
    } catch {
      return "\(error)"
    }
  }

  /// What happens to other interfaces and addresses is none of the connection's business.
  private static func othersAreNotTouched(_ side: Side) throws -> String? {
    guard
      try side.ip(all: [
        "addr add 10.88.0.1/24 dev d0", "addr add 10.77.3.1/24 dev v0", "link set d1 down", "link set d0 down",
        "link set d0 up", "addr del 10.77.3.1/24 dev v0", "route add 10.99.0.0/16 dev d0", "link del d0",
      ])
    else { return "ip" }
    try side.rest(300)
    side.ping()
    guard try side.wait(until: { side.pongs == 1 }) else { return "no answer" }
    return side.closed.isEmpty && side.opened == 1 ? nil : "touched: \(side.closed), \(side.opened)"
  }

  /// A cable that is out for a moment ends nothing; when it is back the connection shows that it works, or another does.
  private static func carrier(_ side: Side, _ signals: Signals) throws -> String? {
    func set(_ isUp: Bool) throws -> Bool {
      signals.cable.store(isUp, ordering: .releasing)
      return try side.wait(until: { signals.cableIs.load(ordering: .acquiring) == isUp })
    }
    guard try set(false) else { return "cable" }
    try side.rest(300)
    guard side.closed.isEmpty, side.isConnected else { return "ended by its carrier: \(side.closed)" }
    guard try set(true) else { return "cable" }
    side.ping()
    guard try side.wait(until: { side.pongs == 2 }) else { return "no answer after the carrier's return" }
    // Another connection may have taken its place, and then the old one goes in peace.
    try side.rest(1_000)
    let isPeaceful = side.closed.allSatisfy { $0 == .superseded || $0 == .peerSaid(.superseded) }
    return isPeaceful && side.isConnected ? nil : "after the carrier: \(side.closed)"
  }

  private static func route(_ side: Side) throws -> String? {
    let before = side.closed.count
    guard try side.ip("route del 10.77.2.0/24") else { return "ip" }
    guard try side.wait(until: { side.closed.count > before }) else { return "the lost route was not noticed" }
    guard side.closed.last == .pathLost(errno: ENETUNREACH) else { return "route: \(side.closed)" }
    guard try side.ip("route add 10.77.2.0/24 via 10.77.1.254") else { return "ip" }
    return try side.wait(until: { side.isConnected }) ? nil : "not back after the route"
  }

  private static func address(_ side: Side) throws -> String? {
    let before = side.closed.count
    guard try side.ip("addr del 10.77.1.1/24 dev v0") else { return "ip" }
    guard try side.wait(until: { side.closed.count > before }) else { return "the lost address was not noticed" }
    guard side.closed.last == .pathLost(errno: EADDRNOTAVAIL) else { return "address: \(side.closed)" }
    guard try side.ip(all: ["addr add 10.77.1.3/24 dev v0", "route add 10.77.2.0/24 via 10.77.1.254"]) else {
      return "ip"
    }
    return try side.wait(until: { side.isConnected }) ? nil : "not back after the address"
  }
}
