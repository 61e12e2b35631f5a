import PeerNet

/// One host of a ``MemoryNetwork``: what a node of that network is made with.
///
/// Of a node's ``Network`` it takes whether and at which port to listen, and the discovery port. The address to listen
/// at is always its own.
public final class MemoryTransport: Transport, @unchecked Sendable {
  private struct Connection {
    let host: Endpoint
    /// The other end's name for it; nil until a dial is answered.
    var remote: ConnectionID?
    /// What the other end has no room for yet.
    var waiting: ArraySlice<UInt8> = []
    /// Sent, and not taken by the other end.
    var inFlight = 0
    /// The node has not been told yet that its bytes are gone.
    var isSending = false
  }

  /// The port of a node that listens at any, and the one that discovery asks from.
  private static let firstPort: UInt16 = 49_152

  /// This host's address; `address.with(port: port)` is where its node can be dialled.
  public let address: Endpoint
  let queue = SerialQueue()
  private let network: MemoryNetwork

  // Touched on the queue alone.
  private var node: Node?
  private var onEvent: (Event) -> Void = { _ in }
  private var listening: UInt16?
  private var discoveryPort: UInt16?
  private var connections: [ConnectionID: Connection] = [:]
  private var timer: Task<Void, Never>?
  private var armed = Instant.distantFuture
  private var isCarryingOut = false

  init(_ network: MemoryNetwork, address: Endpoint) {
    self.network = network
    self.address = address
  }

  deinit { leave() }

  // MARK: Tests

  /// Cuts this host off. Nothing reaches it or comes from it until ``heal()``.
  ///
  /// - Parameter silently: as when a cable is pulled somewhere: nobody is told, and what is sent waits. Otherwise
  ///   connections break at once, at both ends, with the errno 0.
  public func cut(silently: Bool = false) { network.setLink(of: address, silently ? .silent : .down) }

  /// Connects this host again; its node is told that the network changed.
  public func heal() { network.setLink(of: address, .up) }

  // MARK: Transport

  public var executor: any SerialExecutor { queue }

  public func enter(_ body: @escaping @Sendable () -> Void) { queue.post(body) }

  public func now() -> Instant { network.now }

  public func open(_ network: Network) throws(PeerNetError) -> UInt16? {
    if let listen = network.listen { listening = listen.port == 0 ? Self.firstPort : listen.port }
    discoveryPort = network.discoveryPort
    return listening
  }

  public func attach(_ node: Node, onEvent: @escaping (Event) -> Void, onTrouble: @escaping (String) -> Void)
    throws(PeerNetError)
  {
    self.node = node
    self.onEvent = onEvent
    network.setDiscoveryPort(of: address, discoveryPort)
    networkChanged()
  }

  public func perform(_ body: (Node) -> Void) {
    guard let node else { return }
    body(node)
    guard !isCarryingOut else { return }
    isCarryingOut = true
    while let output = node.nextOutput() {
      switch output {
      case .dial(let id, let endpoint, _):
        // Nobody may ever answer: the node gives up by itself.
        connections[id] = Connection(host: endpoint.with(port: 0))
        network.dial(from: address, to: endpoint, id)
      case .send(let id, let bytes):
        connections[id]?.waiting = bytes[...]
        connections[id]?.isSending = true
        fill(id)
      case .close(let id, let flush): close(id, flush: flush)
      case .broadcast(let bytes):
        if let discoveryPort { network.broadcast(from: address, port: discoveryPort, datagram(bytes)) }
      case .datagram(let bytes, let endpoint, _):
        network.send(from: address, to: endpoint.with(port: 0), datagram(bytes))
      case .setReading: break  // What is under way is bounded by the window.
      case .probe: break  // It has offered no port for them.
      case .event(let event): onEvent(event)
      }
    }
    isCarryingOut = false
    armTimer()
  }

  /// The network takes everything at once: nothing is left to wait for.
  public func close(_ done: @escaping @Sendable () -> Void) {
    leave()
    node = nil
    onEvent = { _ in }
    done()
  }

  private func leave() {
    listening = nil
    network.setDiscoveryPort(of: address, nil)
    for id in connections.keys.sorted() { close(id, flush: true) }
    timer?.cancel()
  }

  // MARK: Sending

  /// Sends as much as the other end has room for.
  private func fill(_ id: ConnectionID) {
    guard var connection = connections[id], let remote = connection.remote else { return }
    while !connection.waiting.isEmpty, connection.inFlight < network.window {
      let count = min(network.segment, network.window - connection.inFlight)
      let bytes = Array(connection.waiting.prefix(count))
      connection.waiting = connection.waiting.dropFirst(count)
      connection.inFlight += bytes.count
      network.send(from: address, to: connection.host) { $0.received(remote, bytes) }
    }
    let isDrained = connection.isSending && connection.waiting.isEmpty
    if isDrained { connection.isSending = false }
    connections[id] = connection
    if isDrained { perform { $0.handleDrained(id, now: now()) } }
  }

  private func close(_ id: ConnectionID, flush: Bool) {
    guard let connection = connections.removeValue(forKey: id), let remote = connection.remote else { return }
    let last = flush ? Array(connection.waiting) : []
    network.send(from: address, to: connection.host) { host in
      if !last.isEmpty { host.received(remote, last) }
      host.ended(remote)
    }
  }

  private func datagram(_ bytes: [UInt8]) -> MemoryNetwork.Message {
    let source = address.with(port: Self.firstPort)
    return { host in
      host.perform { $0.handleDatagram(bytes, from: source, link: 1, now: host.now()) }
    }
  }

  // MARK: What other hosts say

  func dialled(by host: Endpoint, _ remote: ConnectionID, port: UInt16) {
    guard node != nil, port == listening else {
      return network.send(from: address, to: host) { $0.refused(remote) }
    }
    perform { node in
      let id = node.handleAccepted(from: host.with(port: Self.firstPort), now: now())
      connections[id] = Connection(host: host, remote: remote)
      network.send(from: address, to: host) { [address] in $0.opened(remote, as: id, at: address) }
    }
  }

  func opened(_ id: ConnectionID, as remote: ConnectionID, at host: Endpoint) {
    // The node may have given up meanwhile.
    guard connections[id] != nil else { return network.send(from: address, to: host) { $0.ended(remote) } }
    connections[id]?.remote = remote
    perform { $0.handleConnected(id, now: now()) }
  }

  func refused(_ id: ConnectionID) {
    guard connections.removeValue(forKey: id) != nil else { return }
    perform { $0.handleDialFailed(id, .refused, now: now()) }
  }

  func received(_ id: ConnectionID, _ bytes: [UInt8]) {
    guard let connection = connections[id], let remote = connection.remote else { return }
    perform { node in
      node.handleReceived(id, bytes, now: now())
      network.send(from: address, to: connection.host) { $0.taken(remote, bytes.count) }
    }
  }

  func taken(_ id: ConnectionID, _ count: Int) {
    guard connections[id] != nil else { return }
    connections[id]?.inFlight -= count
    fill(id)
  }

  func ended(_ id: ConnectionID) {
    guard connections.removeValue(forKey: id) != nil else { return }
    perform { $0.handleDisconnected(id, .closedByPeer, now: now()) }
  }

  /// The way to a host is gone, or to every host.
  func lost(_ host: Endpoint?) {
    perform { node in
      for (id, connection) in connections.sorted(by: { $0.key < $1.key })
      where host == nil || connection.host == host {
        connections[id] = nil
        if connection.remote == nil {
          node.handleDialFailed(id, .unreachable(errno: 0), now: now())
        } else {
          node.handleDisconnected(id, .broken(errno: 0), now: now())
        }
      }
    }
  }

  func networkChanged() {
    perform { $0.handleNetworkChange(now: now()) }
  }

  // MARK: Time

  /// Sees that the node is called when it wants to be. It may be called early: a timer that is set stays.
  private func armTimer() {
    guard let deadline = node?.deadline, deadline < armed else { return }
    armed = deadline
    timer?.cancel()
    let moment = network.moment(deadline)
    timer = Task.detached { [weak self] in
      do { try await Task.sleep(until: moment, clock: .continuous) } catch { return }
      guard let self else { return }
      self.queue.post { self.timeout(of: deadline) }
    }
  }

  private func timeout(of deadline: Instant) {
    // Another one may have been set meanwhile.
    guard deadline == armed else { return }
    armed = .distantFuture
    perform { $0.timeout(now: now()) }
  }
}
