import PeerNet

/// A network inside one process, for tests of applications: its nodes find, dial and call each other as they do on a
/// real one, and no socket is opened.
///
/// Every ``transport()`` is a host with an address of its own. Connections carry bytes in segments and hold a sender back
/// that is faster than its receiver; a port that nobody listens at refuses; announces reach every host that takes part
/// in discovery. A host can be cut off, and comes back, with ``MemoryTransport/cut(silently:)`` and
/// ``MemoryTransport/heal()``.
///
/// Of the standard library and Swift's concurrency it needs nothing but these: it runs wherever Swift does.
public final class MemoryNetwork: Sendable {
  /// What one host tells another: run where the other lives.
  typealias Message = @Sendable (MemoryTransport) -> Void

  enum Link { case up, silent, down }

  fileprivate struct Host {
    weak var transport: MemoryTransport?
    /// The port of its announces; nil until it is open, and for one that does not take part.
    var discoveryPort: UInt16?
    var link = Link.up
  }

  fileprivate struct Held {
    let from: Endpoint
    let to: Endpoint
    let message: Message
  }

  fileprivate struct State {
    var hosts: [Endpoint: Host] = [:]
    var last: UInt32 = 0x0a00_0000
    /// What waits for a silent link, oldest first.
    var held: [Held] = []
  }

  /// The most bytes that arrive at once.
  let segment: Int
  /// The most bytes of a connection that are on their way.
  let window: Int
  private let began = ContinuousClock.now
  private let state = Locked(State())

  /// A network without hosts.
  ///
  /// - Parameters:
  ///   - segment: the most bytes that arrive at once; a small one tears every message apart.
  ///   - window: the most bytes of one connection that are on their way.
  public init(segment: Int = 1_460, window: Int = 65_536) {
    self.segment = max(segment, 1)
    self.window = max(window, 1)
  }

  /// A new host's way onto this network, for one node.
  public func transport() -> MemoryTransport {
    let address = state.withLock {
      $0.last += 1
      return Endpoint(ipv4: $0.last, port: 0)
    }
    let transport = MemoryTransport(self, address: address)
    state.withLock { $0.hosts[address] = Host(transport: transport) }
    return transport
  }

  /// The time since this network began, for all of its hosts the same.
  var now: Instant { Instant.zero + TimeSpan(began.duration(to: .now)) }

  /// The moment of the clock that `instant` stands for.
  func moment(_ instant: Instant) -> ContinuousClock.Instant {
    began.advanced(by: .nanoseconds((instant - Instant.zero).nanoseconds))
  }

  // MARK: Carrying

  // A reference that was made under the lock is dropped behind it: a transport that goes away comes back here.

  /// Has a host take a message after all earlier ones. One that is away never gets it.
  func send(from: Endpoint, to: Endpoint, _ message: @escaping Message) {
    let host = state.withLock { $0.carry(Held(from: from, to: to, message: message)) }
    withExtendedLifetime(host) {}
  }

  /// Asks a host for a connection. Where there is no host, or no way, nothing ever answers.
  func dial(from: Endpoint, to endpoint: Endpoint, _ id: ConnectionID) {
    let to = endpoint.with(port: 0)
    let hosts = state.withLock { state -> [MemoryTransport?] in
      guard let host = state.hosts[to] else { return [] }
      guard host.transport != nil else {
        // Its host is there, and tells that nobody listens.
        return [state.carry(Held(from: to, to: from) { $0.refused(id) })]
      }
      return [state.carry(Held(from: from, to: to) { $0.dialled(by: from, id, port: endpoint.port) })]
    }
    withExtendedLifetime(hosts) {}
  }

  /// Has every other host with this discovery port take a datagram. One that is cut off misses it.
  func broadcast(from: Endpoint, port: UInt16, _ message: @escaping Message) {
    let hosts = state.withLock { state -> [MemoryTransport?] in
      guard state.hosts[from]?.link == .up else { return [] }
      return state.hosts.filter { $0.key != from && $0.value.discoveryPort == port && $0.value.link == .up }
        .sorted { $0.key < $1.key }
        .map { state.carry(Held(from: from, to: $0.key, message: message)) }
    }
    withExtendedLifetime(hosts) {}
  }

  /// Says whether a host takes part in discovery.
  func setDiscoveryPort(of address: Endpoint, _ port: UInt16?) {
    state.withLock { $0.hosts[address]?.discoveryPort = port }
  }

  // MARK: Links

  func setLink(of address: Endpoint, _ link: Link) {
    let hosts = state.withLock { state -> [MemoryTransport?] in
      guard let before = state.hosts[address]?.link, before != link else { return [] }
      state.hosts[address]?.link = link
      switch link {
      case .up:
        let held = state.held
        state.held = []
        let hosts = held.map { state.carry($0) }
        state.hosts[address]?.transport?.queue.post { [weak host = state.hosts[address]?.transport] in
          host?.networkChanged()
        }
        return hosts
      case .silent: return []
      case .down:
        // What was on its way is lost, and both ends of every connection come to know.
        state.held.removeAll { $0.from == address || $0.to == address }
        return state.hosts.sorted { $0.key < $1.key }.map { key, host in
          guard let transport = host.transport else { return nil }
          transport.queue.post { transport.lost(key == address ? nil : address) }
          return transport
        }
      }
    }
    withExtendedLifetime(hosts) {}
  }
}

extension MemoryNetwork.State {
  /// Delivers a message, keeps it, or loses it. Returns whom it went to.
  fileprivate mutating func carry(_ held: MemoryNetwork.Held) -> MemoryTransport? {
    guard let from = hosts[held.from], let to = hosts[held.to], let transport = to.transport else { return nil }
    if from.link == .down || to.link == .down { return transport }
    if from.link == .silent || to.link == .silent {
      self.held.append(held)
      return transport
    }
    let message = held.message
    transport.queue.post { message(transport) }
    return transport
  }
}
