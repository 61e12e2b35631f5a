import Basics
import Glibc
import Linux
import PeerNet
import PeerNetLinux
import Reactor
import Sodium
import Testing
import Threads

/// A board and a laptop on two cables that carry 169.254.0.0/16 both, as when no DHCP server is there.
@Suite struct LinkLocalTests {
  /// A network of the calling thread's own, and a node in it.
  private final class Side {
    private let network: Int32
    let reactor: Reactor
    private var transport: ReactorTransport?
    private(set) var sightings: [Sighting] = []

    /// The calling thread moves there.
    init() throws {
      guard Namespaces.unshareNetwork() else { throw Errno("unshare", .notPermitted) }
      network = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
      reactor = try Reactor()
    }

    deinit { close(network) }

    /// What `ip` takes for the name of the network.
    var path: String { "/proc/\(getpid())/fd/\(network)" }

    func ip(all commands: [String]) throws -> Bool {
      guard Namespaces.enterNetwork(network) else { return false }
      return try commands.allSatisfy { command in
        var ending: Subprocess.Ending?
        _ = try Subprocess(
          path: Array("/sbin/ip".utf8), arguments: ("ip " + command).split(separator: " ").map { Array($0.utf8) },
          environment: [], deadline: .distantFuture, reactor: reactor
        ) { ending = $0.ending }
        try reactor.run(until: { ending != nil })
        return ending == .exited(code: 0)
      }
    }

    /// With a `port` it answers whoever asks; it never announces itself.
    func start(_ number: UInt8, port: UInt16?, interfaces: [String]? = nil) throws {
      guard Namespaces.enterNetwork(network) else { return }
      var configuration = ReactorTransport.Configuration()
      configuration.listen = port.map { Endpoint.anyIPv4(port: $0) }
      configuration.interfaces = interfaces?.map { Array($0.utf8) }
      let transport = try ReactorTransport(reactor: reactor, configuration: configuration)
      var stream = RandomStream(seed: [UInt8](repeating: number, count: 32))
      let identity = KeyPair.generate(from: &stream)
      var discovery = UDPDiscovery.Configuration(key: identity.publicKey, port: port)
      discovery.announces = false
      let udp = UDPDiscovery(discovery, random: RandomStream(seed: stream.bytes(32)), now: transport.now)
      let node = Node(
        identity: identity, trust: TrustList(), discoveries: [udp], seed: [UInt8](repeating: number, count: 32),
        now: transport.now)
      self.transport = transport
      try transport.start(node) { [unowned self] in if case .sighted(let sighting) = $0 { sightings.append(sighting) } }
    }

    /// Sockets are opened in the network that the thread is in.
    func turn() throws {
      guard Namespaces.enterNetwork(network) else { return }
      try reactor.runOnce(maxWait: .milliseconds(5))
    }

    func ask() {
      guard let transport else { return }
      transport.perform { $0.solicit(now: transport.now) }
    }

    func finish() { transport?.close() }
  }

  @Test(.enabled(if: Namespaces.areAllowed, "needs the right to make namespaces"), arguments: ["v", "w"])
  func anAnswerLeavesByTheInterfaceThatTheQuestionCameInOn(cable: String) throws {
    let failure = onThread { () -> String? in
      do {
        let board = try Side()
        let laptop = try Side()
        defer {
          board.finish()
          laptop.finish()
        }
        guard try board.ip(all: ["link set lo up"]), try laptop.ip(all: ["link set lo up"]) else { return "ip" }
        for (name, number) in [("v", 1), ("w", 2)] {
          guard
            try board.ip(all: [
              "link add \(name)0 type veth peer name \(name)1 netns \(laptop.path)",
              "addr add 169.254.10.\(number)/16 brd + dev \(name)0", "link set \(name)0 up",
            ]),
            try laptop.ip(all: ["addr add 169.254.20.\(number)/16 brd + dev \(name)1", "link set \(name)1 up"])
          else { return "ip" }
        }
        try board.start(1, port: 7_400)
        try laptop.start(2, port: nil, interfaces: [cable + "1"])
        let end = laptop.reactor.now + .seconds(20)
        var nextQuestion = Instant.zero
        while laptop.sightings.isEmpty, laptop.reactor.now < end {
          if laptop.reactor.now >= nextQuestion {
            laptop.ask()
            nextQuestion = laptop.reactor.now + .seconds(2)
          }
          try laptop.turn()
          try board.turn()
        }
        guard let sighting = laptop.sightings.first else { return "no answer" }
        let address = Endpoint(ipv4: 0xa9fe_0a01 + (cable == "v" ? 0 : 1), port: 7_400)
        return sighting.source == .answer && sighting.endpoint == address ? nil : "\(sighting)"
      } catch {
        return "\(error)"
      }
    }
    #expect(failure == nil)
  }
}
