import Linux
import PeerNet
import Reactor

/// Carries a node's outputs out on a reactor and feeds it what comes back: TCP both ways, discovery's datagrams,
/// interface changes and the node's one timer.
///
/// Everything happens on the reactor's thread. The node is called through `perform`, so that no output is left behind.
public final class ReactorTransport {
  /// Where to listen, and what to say on the network.
  public struct Configuration: Sendable {
    /// Where to listen; nil for a node that only dials.
    public var listen: Endpoint? = .any(port: 0)
    /// The UDP port of announces and solicits; nil for a node without discovery.
    public var discoveryPort: UInt16? = 4_040
    /// The interfaces that discovery may use; nil allows all.
    public var interfaces: [[UInt8]]?
    /// Milliseconds that sent data may stay unacknowledged before a connection is broken; nil for what the node's profile
    /// wants, which is longer than it may still trust the connection.
    public var userTimeout: Int32?
    /// Bytes that the kernel keeps for a connection in each direction at most; nil for its own bounds.
    public var bufferSize: Int32?
    /// Whether to open a UDP port for probes of connections.
    public var carriesProbes = true

    /// Listens on every address, at a port of the kernel's choice.
    public init() {}
  }

  /// The port that a listening node got.
  public let localPort: UInt16?
  /// Where the sockets and timers live.
  public let reactor: Reactor
  /// Told of interfaces that discovery was to use and cannot.
  public var onDiscoveryFailure: (_ interface: [UInt8], Errno) -> Void = { _, _ in }

  private let configuration: Configuration
  private var options: TCPConnection.Options
  private var node: Node?
  private var onEvent: (Event) -> Void = { _ in }
  private var listener: TCPListener?
  private var connections: [ConnectionID: TCPConnection] = [:]
  /// Those that have not come up yet.
  private var dialling: Set<ConnectionID> = []
  /// Connections that were told to close and still flush.
  private var lingering = 0
  private var onFlushed: (() -> Void)?
  private var monitor: InterfaceMonitor?
  /// The interfaces at the last change that have a carrier.
  private var running: [UInt32] = []
  private var probes: UDPSocket?
  /// Hears everyone's announces and solicits.
  private var listening: BroadcastSockets?
  /// Sends from a port of this process alone, so that answers find it beside other processes of this host.
  private var asking: BroadcastSockets?
  private var timer: Timer?
  private var timerDeadline = Instant.distantFuture
  private var isCarryingOut = false

  private static var lingerTime: TimeSpan { .seconds(2) }
  private static var maximumLingering: Int { 64 }
  /// Timers of this much or less apart wake the processor once.
  private static var slack: TimeSpan { .milliseconds(20) }

  /// Opens the listening port, so that it can be announced.
  public init(reactor: Reactor, configuration: Configuration) throws(Errno) {
    self.reactor = reactor
    self.configuration = configuration
    options = TCPConnection.Options(userTimeout: configuration.userTimeout, bufferSize: configuration.bufferSize)
    guard let address = configuration.listen else {
      localPort = nil
      return
    }
    var accepted: (TCPConnection) -> Void = { $0.close() }
    let listener = try TCPListener(on: address, backlog: 512, reactor: reactor, options: options) { accepted($0) }
    localPort = listener.local?.port
    self.listener = listener
    accepted = { [self] in accept($0) }
  }

  /// Joins the node with the network. From now on events arrive.
  public func start(_ node: Node, onEvent: @escaping (Event) -> Void) throws(Errno) {
    self.node = node
    self.onEvent = onEvent
    if configuration.userTimeout == nil {
      options.userTimeout = Int32(clamping: node.configuration.livenessRules.userTimeout.milliseconds)
      listener?.options = options
    }
    if configuration.carriesProbes { openProbes(node) }
    monitor = try InterfaceMonitor(reactor: reactor)
    if let port = configuration.discoveryPort, let monitor {
      listening = BroadcastSockets(
        port: port, interfaces: configuration.interfaces, monitor: monitor, reactor: reactor
      ) { [self] in datagram($0) }
      asking = BroadcastSockets(port: 0, interfaces: configuration.interfaces, monitor: monitor, reactor: reactor) {
        [self] in datagram($0)
      }
    }
    monitor?.onChange = { [self] in networkChanged() }
    perform { _ in }
  }

  /// Closes everything at once. Say goodbye with `Node.stop` and `finish` before.
  public func close() {
    for connection in connections.values { connection.close() }
    connections = [:]
    dialling = []
    listener?.close()
    listening?.close()
    asking?.close()
    monitor?.close()
    probes?.close()
    if let timer { reactor.cancel(timer) }
    onEvent = { _ in }
    node = nil
  }

  /// Gives the ports up at once, and closes the rest when the connections that the node has closed are flushed, at the
  /// latest after two seconds.
  public func finish(_ done: @escaping () -> Void) {
    listener?.close()
    listening?.close()
    asking?.close()
    onFlushed = { [self] in
      onFlushed = nil
      close()
      done()
    }
    if lingering == 0 { onFlushed?() }
  }

  /// The reactor's time, as the node takes it.
  public var now: Instant { reactor.now }

  // MARK: Outputs

  /// Calls the node and carries out everything that it asks for then. Nil without a node: before the start and after the
  /// close.
  ///
  /// An event may come before this returns, and whoever takes it may call `perform` in turn: the outputs of the inner call
  /// follow those that wait already.
  @discardableResult
  public func perform<Value, Failure: Error>(_ body: (Node) throws(Failure) -> Value) throws(Failure) -> Value? {
    guard let node else { return nil }
    defer { if !isCarryingOut { carryOut(node) } }
    return try body(node)
  }

  private func carryOut(_ node: Node) {
    isCarryingOut = true
    while let output = node.nextOutput() {
      switch output {
      case .dial(let id, let endpoint, let deadline): dial(id, endpoint, deadline)
      case .send(let id, let bytes): write(id, bytes, of: node)
      case .close(let id, let flush): finish(id, flush: flush)
      case .setReading(let id, let wantsRead): connections[id]?.setReading(wantsRead)
      case .broadcast(let bytes):
        if let port = configuration.discoveryPort { _ = asking?.broadcast(bytes, port: port) }
      case .datagram(let bytes, let to, let link): _ = asking?.send(bytes, to: to, interface: link)
      case .probe(_, let bytes, let endpoint): _ = try? probes?.send(bytes, to: endpoint)
      case .event(let event): onEvent(event)
      }
    }
    isCarryingOut = false
    armTimer()
  }

  private func dial(_ id: ConnectionID, _ endpoint: Endpoint, _ deadline: TimeSpan) {
    dialling.insert(id)
    guard reactor.isVisited else { return connect(id, endpoint, deadline) }
    // A socket is of the network of the thread that makes it: that one is the reactor's, whoever visits it.
    reactor.schedule(after: .zero) { [self] in
      if dialling.contains(id) { connect(id, endpoint, deadline) }
    }
  }

  private func connect(_ id: ConnectionID, _ endpoint: Endpoint, _ deadline: TimeSpan) {
    connections[id] = TCPConnection(
      dialling: endpoint, on: reactor, deadline: reactor.now + max(deadline, .zero), options: options
    ) { [self] in received(id, $0) }
  }

  private func write(_ id: ConnectionID, _ bytes: consuming [UInt8], of node: Node) {
    guard let connection = connections[id] else { return }
    connection.write(bytes)
    guard connection.pendingBytes == 0 else { return }
    node.reuse(id, bytes)
    node.handleDrained(id, now: now)
  }

  private func finish(_ id: ConnectionID, flush: Bool) {
    dialling.remove(id)
    guard let connection = connections.removeValue(forKey: id) else { return }
    guard flush, lingering < Self.maximumLingering else { return connection.close() }
    lingering += 1
    connection.finish(within: Self.lingerTime)
  }

  /// Without a port everything works, but a link that stalls for long is taken for dead later.
  private func openProbes(_ node: Node) {
    let listening = configuration.listen ?? .any(port: 0)
    for address in [listening, .anyIPv4(port: 0)] {
      var address = address
      address.port = 0
      probes = try? UDPSocket(on: address, reactor: reactor) { [self] datagram, bytes in
        guard !datagram.isTruncated else { return }
        perform { $0.handleProbe(Array(bytes), from: datagram.source, now: now) }
      }
      if probes != nil { break }
    }
    node.offerProbes(at: probes?.local?.port)
  }

  private func armTimer() {
    let deadline = node?.deadline ?? .distantFuture
    guard deadline != timerDeadline else { return }
    timerDeadline = deadline
    // A deadline in the past belongs to a peer's next turn.
    let slack = deadline <= reactor.now ? .zero : Self.slack
    if let timer, deadline < .distantFuture, reactor.reschedule(timer, at: deadline, slack: slack) { return }
    if let timer { reactor.cancel(timer) }
    timer = nil
    guard deadline < .distantFuture else { return }
    timer = reactor.schedule(at: deadline, slack: slack) { [self] in
      timer = nil
      timerDeadline = .distantFuture
      perform { $0.timeout(now: now) }
    }
  }

  // MARK: Inputs

  private func accept(_ connection: TCPConnection) {
    let accepted = perform { node in
      let id = node.handleAccepted(from: connection.remote, now: now)
      connections[id] = connection
      return id
    }
    guard let id = accepted else { return connection.close() }
    // In a flood most connections are rejected at once. Nothing else is done for them.
    connection.start { [self] in received(id, $0) }
  }

  private func received(_ id: ConnectionID, _ event: TCPConnection.Event) {
    switch event {
    case .opened:
      dialling.remove(id)
      perform { $0.handleConnected(id, now: now) }
    case .received(let bytes): perform { $0.handleReceived(id, bytes, now: now) }
    case .drained: perform { $0.handleDrained(id, now: now) }
    case .ended:
      guard let connection = connections.removeValue(forKey: id) else { return }
      connection.close()
      perform { $0.handleDisconnected(id, .closedByPeer, now: now) }
    case .closed(let error):
      guard connections.removeValue(forKey: id) != nil else {
        lingering -= 1
        if lingering == 0 { onFlushed?() }
        return
      }
      ended(id, error)
    }
  }

  private func ended(_ id: ConnectionID, _ error: Errno?) {
    let isDial = dialling.remove(id) != nil
    perform { node in
      switch error?.code {
      case .none: node.handleDisconnected(id, .closedByPeer, now: now)
      case .connectionRefused where isDial: node.handleDialFailed(id, .refused, now: now)
      case .timedOut where isDial: node.handleDialFailed(id, .dialTimedOut, now: now)
      case .some(let code) where isDial: node.handleDialFailed(id, .unreachable(errno: code.number), now: now)
      case .some(let code): node.handleDisconnected(id, .broken(errno: code.number), now: now)
      }
    }
  }

  private func datagram(_ received: BroadcastSockets.Received) {
    perform {
      $0.handleDatagram(
        Array(received.bytes), from: received.source, link: received.onLink ? received.interface : nil, now: now)
    }
  }

  private func networkChanged() {
    perform { node in
      checkPaths(of: node)
      for failure in (listening?.refresh() ?? []) + (asking?.refresh() ?? []) {
        onDiscoveryFailure(failure.interface, failure.error)
      }
      for name in configuration.interfaces ?? []
      where !(monitor?.table.interfaces.contains { $0.name == name } ?? true) {
        onDiscoveryFailure(name, Errno("interface", .noSuchDevice))
      }
      node.handleNetworkChange(now: now)
    }
  }

  /// The name of the interface that has a connection's own address; nil when that cannot be told.
  public func interface(of id: ConnectionID) -> [UInt8]? {
    guard let local = connections[id]?.local else { return nil }
    return monitor?.table.interface(holding: local)?.name
  }

  /// Ends connections whose own address or route is gone, and tells the node whose interface has just lost its carrier.
  /// No change touches any other connection.
  private func checkPaths(of node: Node) {
    guard let interfaces = monitor?.table.interfaces else { return }
    let lost = interfaces.filter { !$0.isRunning && running.contains($0.index) }
    running = interfaces.filter { $0.isRunning }.map { $0.index }
    for (id, connection) in connections where !dialling.contains(id) {
      guard var local = connection.local else { continue }
      if let obstacle = Socket.obstacle(from: local, to: connection.remote) {
        connections[id] = nil
        connection.close()
        node.handleDisconnected(id, .pathLost(errno: obstacle.code.number), now: now)
        continue
      }
      local.port = 0
      if lost.contains(where: { $0.addresses.contains { $0.address == local } }) { node.handleLinkLost(id, now: now) }
    }
  }
}
