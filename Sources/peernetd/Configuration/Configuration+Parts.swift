import Admin
import Hardware
import Linux
import PeerNet
import PeerNetLinux
import Reactor
import Sodium

// What the configuration means to the parts that the daemon is composed of.
extension Configuration {
  var transport: ReactorTransport.Configuration {
    var transport = ReactorTransport.Configuration()
    transport.listen = listenEndpoint
    transport.discoveryPort = announce || solicit || dial ? discoveryPort : nil
    transport.bufferSize = 32 << 10
    transport.interfaces = interfaces.isEmpty ? nil : interfaces
    return transport
  }

  /// A board to carry plans out on. A simulated one calls `onPower` when its process is to end.
  func makeBoard(
    _ profile: BoardProfile, reactor: Reactor, onPower: @escaping (PowerPlan.Action) -> Void
  ) -> any BoardDriver {
    let facts = ImageFacts(settings: image)
    switch board {
    case .simulated:
      return SimulatedBoard(
        profile, agent: PeernetdCommand.version.bytes, clock: ReactorClock(reactor),
        completeFacts: { facts.add(to: &$0) },
        onPower: onPower)
    case .linux:
      var options = LinuxBoard.Options(
        agent: PeernetdCommand.version.bytes, runtime: runtime,
        state: StatePaths(self, hasDataPartition: StateFolder.hasDataPartition).folder)
      options.completeFacts = { facts.add(to: &$0) }
      return LinuxBoard(profile, options, reactor: reactor)
    }
  }
}

extension Node {
  /// The node of a board that listens on `port`.
  convenience init(
    _ configuration: Configuration, identity: consuming KeyPair, trust: TrustList, memory: PeerMemory, port: UInt16?,
    now: Instant
  ) {
    var random = RandomStream.system()
    var discovery = UDPDiscovery.Configuration(
      key: identity.publicKey, port: port, announceInterval: configuration.announceInterval)
    discovery.announces = configuration.announce
    discovery.answers = configuration.solicit
    var own = NodeConfiguration()
    own.announcedPort = port
    own.dialsAutomatically = configuration.dial
    own.limits = .agent
    own.limits.maximumConnections = configuration.maximumConnections
    own.limits.maximumHalfOpen = configuration.maximumHalfOpen
    own.profile = configuration.link
    if let interval = configuration.heartbeatInterval { own.limits.heartbeatInterval = interval }
    if let timeout = configuration.heartbeatTimeout { own.limits.heartbeatTimeout = timeout }
    let udp = UDPDiscovery(discovery, random: RandomStream(seed: random.bytes(32)), now: now)
    self.init(
      identity: identity, trust: trust, memory: memory, configuration: own, discoveries: [udp],
      seed: random.bytes(32), now: now)
  }
}
