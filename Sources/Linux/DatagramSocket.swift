import Basics
import CLinux

/// A datagram that arrived, but for its bytes, which lie in the receiver's buffer.
public struct Datagram: Equatable, Sendable {
  /// Bytes of it in the buffer.
  public var count: Int
  /// Who sent it; anyone can write anything there.
  public var source: Endpoint
  /// The address that it was sent to; the port is not told.
  public var destination: Endpoint
  /// The index of the interface that it came in by, 0 when unknown.
  public var interface: UInt32
  /// It was longer than the buffer.
  public var isTruncated: Bool
}

// MARK: UDP

extension Socket {
  /// A UDP socket that may broadcast and tells the interface of what it receives (IP_PKTINFO).
  public static func datagrams(on address: Endpoint, interface: [UInt8]? = nil) throws(Errno) -> Socket {
    let socket = try make(for: address, stream: false)
    try socket.set(CLINUX_REUSE_ADDRESS, 1)
    if socket.isIPv6 {
      try socket.set(CLINUX_V6_ONLY, 0)
    } else {
      try socket.set(CLINUX_BROADCAST, 1)
      try socket.set(CLINUX_PACKET_INFO, 1)
    }
    if let interface { try socket.bind(toInterface: interface) }
    try socket.bind(to: address)
    return socket
  }

  /// Confines the socket to one interface (SO_BINDTODEVICE; needs no privilege since Linux 5.7).
  public borrowing func bind(toInterface name: [UInt8]) throws(Errno) {
    let number = self.number
    let result = try withCString("setsockopt", name) { clinux_bind_device(number, $0) }
    try check("setsockopt", result)
  }

  /// Receives one datagram; nil when none waits.
  public borrowing func receive(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Datagram? {
    guard let start = buffer.baseAddress else { throw Errno("recvmsg", .invalidArgument) }
    var packet = clinux_packet()
    guard let count = try checkReady("recvmsg", clinux_receive(number, start, buffer.count, &packet)) else {
      return nil
    }
    return Datagram(
      count: count, source: Endpoint(packet.source), destination: Endpoint(packet.destination),
      interface: packet.interface, isTruncated: packet.truncated != 0)
  }

  /// Sends one datagram, for IPv4 out of the interface with that index unless it is 0. False when the call would have blocked.
  @discardableResult
  public borrowing func send(
    _ bytes: UnsafeRawBufferPointer, to address: Endpoint, interface: UInt32 = 0
  ) throws(Errno) -> Bool {
    // A dual-stack socket takes IPv4 addresses in their mapped form.
    if !address.isIPv4 && !isIPv6 { throw Errno("sendmsg", .addressFamilyNotSupported) }
    var ip = address.ip
    let result = clinux_send(number, isIPv6 ? 1 : 0, bytes.baseAddress, bytes.count, &ip, interface)
    return try checkReady("sendmsg", result) != nil
  }
}
