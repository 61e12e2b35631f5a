import CLinux

/// An rtnetlink socket that hears of links, addresses and routes.
public struct NetlinkSocket: ~Copyable {
  /// What can be asked for as a whole.
  public enum Dump: Sendable {
    /// Every interface.
    case links
    /// Every address of every interface.
    case addresses
  }

  /// Readable when the kernel has something to tell.
  public let descriptor: FileDescriptor

  /// Subscribed to links, addresses and routes.
  public init() throws(Errno) {
    descriptor = FileDescriptor(owning: try check("socket", clinux_netlink_socket()))
  }

  /// Asks for all of them; the answers carry `sequence` and end with ``NetlinkMessage/done(sequence:)``.
  public borrowing func request(_ dump: Dump, sequence: UInt32) throws(Errno) {
    let type: UInt16 =
      switch dump {
      case .links: 18
      case .addresses: 22
      }
    try check("sendto", clinux_netlink_request(descriptor.number, type, sequence))
  }

  /// Receives one datagram of the kernel's; nil when none waits. `noBufferSpace` means that some were lost.
  public borrowing func receive(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> [UInt8]? {
    guard let start = buffer.baseAddress else { throw Errno("recvmsg", .invalidArgument) }
    while true {
      var sender: UInt32 = 0
      let result = clinux_netlink_receive(descriptor.number, start, buffer.count, &sender)
      guard let count = try checkReady("recvmsg", result) else { return nil }
      // Other processes may send here, too; only the kernel is believed.
      if sender == 0 { return Array(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
    }
  }
}
