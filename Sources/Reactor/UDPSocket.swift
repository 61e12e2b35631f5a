import Basics
import Linux

/// A UDP socket in a reactor.
public final class UDPSocket {
  /// Datagrams handed over in one turn at most.
  private static var turnLimit: Int { 64 }

  private let reactor: Reactor
  private let handler: (Datagram, UnsafeRawBufferPointer) -> Void
  private var socket: Socket?
  private var registration: Reactor.Registration?

  /// Binds `address`, confined to `interface` when one is named. `handler` gets each datagram, its bytes valid until it returns.
  public init(
    on address: Endpoint, interface: [UInt8]? = nil, reactor: Reactor,
    _ handler: @escaping (Datagram, UnsafeRawBufferPointer) -> Void
  ) throws(Errno) {
    self.reactor = reactor
    self.handler = handler
    let socket = try Socket.datagrams(on: address, interface: interface)
    let number = socket.number
    self.socket = consume socket
    registration = try reactor.register(number, for: .readable) { _ in self.receive() }
  }

  /// The address that it is bound to; nil once it is closed.
  public var local: Endpoint? {
    guard let address = try? socket?.localAddress() else { return nil }
    return address
  }

  /// The interface that the socket is confined to; empty when to none.
  public var boundInterface: [UInt8] {
    guard let name = try? socket?.boundInterface() else { return [] }
    return name
  }

  /// Sends one datagram, out of the interface with that index unless it is 0. False when the kernel's buffer is full: it is lost.
  @discardableResult
  public func send(_ bytes: [UInt8], to address: Endpoint, interface: UInt32 = 0) throws(Errno) -> Bool {
    try bytes.withUnsafeBufferPointer { (buffer) throws(Errno) in
      try socket?.send(UnsafeRawBufferPointer(buffer), to: address, interface: interface) ?? false
    }
  }

  /// Closes the socket; the handler is not called again.
  public func close() {
    if let registration { reactor.deregister(registration) }
    registration = nil
    socket = nil
  }

  private func receive() {
    var left = UDPSocket.turnLimit
    while left > 0 {
      left -= 1
      // An error here is an earlier datagram's (ICMP) and is taken by reading it; the socket goes on.
      guard let datagram = try? socket?.receive(into: reactor.buffer) else { return }
      handler(datagram, UnsafeRawBufferPointer(rebasing: reactor.buffer[..<datagram.count]))
    }
  }
}
