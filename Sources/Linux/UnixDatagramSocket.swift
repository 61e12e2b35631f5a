import CLinux

/// A Unix datagram socket, non-blocking and close-on-exec. Paths are bytes; one that starts with NUL is abstract.
public struct UnixDatagramSocket: ~Copyable {
  /// Its duty to close goes with the socket.
  public let descriptor: FileDescriptor

  /// With an address of its own, to be answered at, when `path` is given. The file at that path is the caller's to remove.
  public init(boundTo path: [UInt8]? = nil) throws(Errno) {
    let made = FileDescriptor(owning: try check("socket", clinux_unix_socket()))
    if let path { try check("bind", clinux_unix_bind(made.number, path, path.count)) }
    descriptor = made
  }

  /// The descriptor's number, for a poll.
  public var number: Int32 { descriptor.number }

  /// Fixes the other side: ``FileDescriptor/write(_:)`` sends to it and only its datagrams are received.
  public borrowing func connect(to path: [UInt8]) throws(Errno) {
    try check("connect", clinux_unix_connect(number, path, path.count))
  }

  /// Sends one datagram; false when the call would have blocked.
  public borrowing func send(_ bytes: [UInt8], to path: [UInt8]) throws(Errno) -> Bool {
    let result = clinux_unix_send(number, bytes, bytes.count, path, path.count)
    return try checkReady("sendto", result) != nil
  }

  /// Receives one datagram into `buffer`, cut to it; nil when none waits.
  public borrowing func receive(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int? {
    try checkReady("recv", clinux_read(number, buffer.baseAddress, buffer.count))
  }
}
