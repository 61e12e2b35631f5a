import Basics
import Linux

/// UDP sockets on one port, one confined to each interface that carries broadcasts, re-made as interfaces and addresses come and go.
///
/// Nothing is sent by, nor heard from, an interface that is not among them (Protocol, UDP).
public final class BroadcastSockets {
  /// A datagram that was heard.
  public struct Received {
    /// Valid until the handler returns.
    public let bytes: UnsafeRawBufferPointer
    /// Who sent it; anyone can write anything there.
    public let source: Endpoint
    /// The index of the interface that it came in on.
    public let interface: UInt32
    /// The source is a neighbour on that interface's link.
    public let onLink: Bool
  }

  private struct Member {
    var interface: Interface
    var socket: UDPSocket
  }

  /// The UDP port of all these sockets.
  public let port: UInt16
  private let reactor: Reactor
  private let monitor: InterfaceMonitor
  private let allowed: [[UInt8]]?
  private let handler: (Received) -> Void
  private var members: [Member] = []

  /// `interfaces` are the names that may be used; nil allows all. Call ``refresh()`` whenever the monitor tells of a change.
  /// Port 0 gives every socket a port of its own.
  public init(
    port: UInt16, interfaces: [[UInt8]]? = nil, monitor: InterfaceMonitor, reactor: Reactor,
    _ handler: @escaping (Received) -> Void
  ) {
    self.port = port
    self.reactor = reactor
    self.monitor = monitor
    allowed = interfaces
    self.handler = handler
    refresh()
  }

  /// The interfaces in use.
  public var interfaces: [Interface] { members.map { $0.interface } }

  /// What each socket is confined to, as the kernel has it.
  var boundInterfaces: [[UInt8]] { members.map { $0.socket.boundInterface } }

  /// Opens and closes sockets until they match the interfaces. Returns the interfaces that could not be had.
  @discardableResult
  public func refresh() -> [(interface: [UInt8], error: Errno)] {
    let wanted = monitor.table.interfaces.filter(isUsable)
    members.removeAll { member in
      let isKept = wanted.contains { $0.index == member.interface.index && $0.name == member.interface.name }
      if !isKept { member.socket.close() }
      return !isKept
    }
    var failures: [(interface: [UInt8], error: Errno)] = []
    for interface in wanted {
      if let index = members.firstIndex(where: { $0.interface.index == interface.index }) {
        members[index].interface = interface
        continue
      }
      do throws(Errno) {
        members.append(Member(interface: interface, socket: try open(interface)))
      } catch {
        failures.append((interface.name, error))
      }
    }
    return failures
  }

  /// Sends `bytes` to 255.255.255.255 and to each directed broadcast address, out of every interface. Returns how many were sent.
  @discardableResult
  public func broadcast(_ bytes: [UInt8], port: UInt16) -> Int {
    var sent = 0
    for member in members {
      for target in targets(member.interface, port: port) {
        // One interface that fails, down a moment ago, holds the others up in nothing.
        if (try? member.socket.send(bytes, to: target, interface: member.interface.index)) == true { sent += 1 }
      }
    }
    return sent
  }

  /// Answers a datagram by the interface that it came in by. False when that is no longer in use, or the kernel refuses.
  @discardableResult
  public func send(_ bytes: [UInt8], to address: Endpoint, interface: UInt32) -> Bool {
    guard let member = members.first(where: { $0.interface.index == interface }) else { return false }
    return (try? member.socket.send(bytes, to: address, interface: interface)) ?? false
  }

  /// Closes all sockets; the handler is not called again.
  public func close() {
    for member in members { member.socket.close() }
    members = []
  }

  private func isUsable(_ interface: Interface) -> Bool {
    guard interface.isUp, interface.isRunning, interface.canBroadcast || interface.isLoopback else { return false }
    guard interface.addresses.contains(where: { $0.address.isIPv4 }) else { return false }
    return allowed?.contains(interface.name) ?? true
  }

  private func targets(_ interface: Interface, port: UInt16) -> [Endpoint] {
    var targets: [Endpoint] = interface.isLoopback ? [] : [.broadcast(port: port)]
    for address in interface.addresses {
      guard var target = address.broadcast else { continue }
      target.port = port
      if !targets.contains(target) { targets.append(target) }
    }
    return targets
  }

  private func open(_ interface: Interface) throws(Errno) -> UDPSocket {
    do throws(Errno) {
      return try open(interface, boundTo: interface.name)
    } catch {
      // Before Linux 5.7 only root may bind to an interface. Each datagram names its interface (IP_PKTINFO) all the same.
      guard error.code == .notPermitted else { throw error }
      return try open(interface, boundTo: nil)
    }
  }

  private func open(_ interface: Interface, boundTo name: [UInt8]?) throws(Errno) -> UDPSocket {
    try UDPSocket(on: .anyIPv4(port: port), interface: name, reactor: reactor) { datagram, bytes in
      guard !datagram.isTruncated, datagram.interface == interface.index else { return }
      self.handler(
        Received(
          bytes: bytes, source: datagram.source, interface: datagram.interface,
          onLink: self.monitor.table.isOnLink(datagram.source, interface: datagram.interface)))
    }
  }
}
