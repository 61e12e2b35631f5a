import Basics
import CLinux

/// An IP socket: non-blocking, close-on-exec.
public struct Socket: ~Copyable {
  /// Its duty to close goes with the socket.
  public let descriptor: FileDescriptor
  let isIPv6: Bool

  init(owning number: Int32, isIPv6: Bool) {
    descriptor = FileDescriptor(owning: number)
    self.isIPv6 = isIPv6
  }

  /// The descriptor's number, for a poll.
  public var number: Int32 { descriptor.number }

  /// The address that the socket is bound to.
  public borrowing func localAddress() throws(Errno) -> Endpoint {
    var ip = clinux_ip()
    try check("getsockname", clinux_local_address(number, &ip))
    return Endpoint(ip)
  }

  /// The address that the socket is connected to.
  public borrowing func remoteAddress() throws(Errno) -> Endpoint {
    var ip = clinux_ip()
    try check("getpeername", clinux_remote_address(number, &ip))
    return Endpoint(ip)
  }

  /// Takes the error that waits on the socket, the outcome of a connect among them; nil when there is none. `operation` is what
  /// was being done.
  public borrowing func pendingError(of operation: StaticString = "connect") -> Errno? {
    let result = clinux_socket_error(number)
    return result < 0 ? Errno(operation, Errno.Code(number: 0 &- result)) : nil
  }

  /// The interface that the socket is bound to (SO_BINDTODEVICE), empty when to none.
  public borrowing func boundInterface() throws(Errno) -> [UInt8] {
    var name = [CChar](repeating: 0, count: 16)
    let count = try check("getsockopt", clinux_bound_device(number, &name, name.count))
    return name[..<Int(count)].map { UInt8(bitPattern: $0) }
  }

  borrowing func set(_ option: clinux_option, _ value: Int32) throws(Errno) {
    try check("setsockopt", clinux_set_option(number, option, value))
  }

  borrowing func bind(to address: Endpoint) throws(Errno) {
    var ip = address.ip
    try check("bind", clinux_bind(number, isIPv6 ? 1 : 0, &ip))
  }
}

// MARK: Paths

extension Socket {
  /// Why the kernel would send nothing from `local` to `remote` now: the address is none of ours, or there is no route.
  /// Nil when it would send, and when it cannot be told. Nothing is sent.
  public static func obstacle(from local: Endpoint, to remote: Endpoint) -> Errno? {
    do throws(Errno) {
      let socket = try make(for: local, stream: false)
      var own = local
      own.port = 0
      try socket.bind(to: own)
      var ip = remote.ip
      try check("connect", clinux_connect(socket.number, socket.isIPv6 ? 1 : 0, &ip))
      return nil
    } catch {
      let isOurs: [Errno.Code] = [
        .tooManyDescriptors, .tooManyDescriptorsInSystem, .noMemory, .noBufferSpace, .notPermitted,
      ]
      return isOurs.contains(error.code) ? nil : error
    }
  }
}

// MARK: TCP

extension Socket {
  /// A TCP socket that listens on `address`. `::` takes IPv4 as well; where the kernel has no IPv6, `::` becomes `0.0.0.0`.
  /// What it accepts has its `bufferSize`: bytes that the kernel keeps in each direction; nil for its own bounds.
  public static func listening(
    on address: Endpoint, backlog: Int32 = 128, bufferSize: Int32? = nil
  ) throws(Errno) -> Socket {
    if address == .any(port: address.port) {
      do {
        return try listening(exactlyOn: address, backlog, bufferSize)
      } catch {
        guard error.code == .addressFamilyNotSupported || error.code == .addressNotAvailable else { throw error }
        return try listening(exactlyOn: .anyIPv4(port: address.port), backlog, bufferSize)
      }
    }
    return try listening(exactlyOn: address, backlog, bufferSize)
  }

  private static func listening(
    exactlyOn address: Endpoint, _ backlog: Int32, _ bufferSize: Int32?
  ) throws(Errno) -> Socket {
    let socket = try make(for: address, stream: true)
    if let bufferSize { try socket.setBuffers(bytes: bufferSize) }
    try socket.set(CLINUX_REUSE_ADDRESS, 1)
    if socket.isIPv6 { try socket.set(CLINUX_V6_ONLY, 0) }
    try socket.bind(to: address)
    try check("listen", clinux_listen(socket.number, backlog))
    return socket
  }

  /// Takes the next connection; nil when none waits. One that was aborted while it waited is passed over.
  public borrowing func accept() throws(Errno) -> Accepted? {
    while true {
      var ip = clinux_ip()
      let result = clinux_accept(number, &ip)
      if result == 0 &- Errno.Code.connectionAborted.number { continue }
      guard let accepted = try checkReady("accept", Int(result)) else { return nil }
      return Accepted(
        socket: Socket(owning: Int32(truncatingIfNeeded: accepted), isIPv6: isIPv6), remote: Endpoint(ip))
    }
  }

  /// A connection that ``accept()`` took.
  public struct Accepted: ~Copyable {
    /// The new connection, non-blocking and close-on-exec.
    public let socket: Socket
    /// Its other end.
    public let remote: Endpoint

    /// The socket alone.
    public consuming func take() -> Socket { socket }
  }

  /// A TCP socket on its way to `address`. Once it is writable, ``pendingError(of:)`` tells the outcome.
  public static func connecting(to address: Endpoint, bufferSize: Int32? = nil) throws(Errno) -> Socket {
    let socket = try make(for: address, stream: true)
    if let bufferSize { try socket.setBuffers(bytes: bufferSize) }
    var ip = address.ip
    let result = clinux_connect(socket.number, socket.isIPv6 ? 1 : 0, &ip)
    if result != 0 &- Errno.Code.inProgress.number { try check("connect", result) }
    return socket
  }

  /// Sends once, without SIGPIPE: the number of bytes taken, nil when the call would have blocked.
  public borrowing func write(_ bytes: UnsafeRawBufferPointer) throws(Errno) -> Int? {
    try checkReady("send", clinux_send_stream(number, bytes.baseAddress, bytes.count))
  }

  /// Sends small messages at once (TCP_NODELAY).
  public borrowing func setNoDelay() throws(Errno) { try set(CLINUX_NO_DELAY, 1) }

  /// Bounds what the kernel keeps in each direction, and keeps it from growing by itself (SO_SNDBUF, SO_RCVBUF). It doubles
  /// the bytes for its own expenses.
  ///
  /// Call it before listening or connecting. The kernel scales the window for the buffer when the connection is made; if the
  /// buffer becomes smaller afterwards, the peer sends segments that end beyond the window, and Linux (since 6.17) drops these
  /// together with the acknowledgements in them.
  borrowing func setBuffers(bytes: Int32) throws(Errno) {
    try set(CLINUX_SEND_BUFFER, bytes)
    try set(CLINUX_RECEIVE_BUFFER, bytes)
  }

  /// Gives a connection up when sent data stays unacknowledged that long (TCP_USER_TIMEOUT).
  public borrowing func setUserTimeout(milliseconds: Int32) throws(Errno) {
    try set(CLINUX_USER_TIMEOUT_MS, milliseconds)
  }

  /// Ends our direction; the other side reads an end.
  public borrowing func shutdownWrite() throws(Errno) {
    try check("shutdown", clinux_shutdown_write(number))
  }

  static func make(for address: Endpoint, stream: Bool) throws(Errno) -> Socket {
    let number = try check("socket", clinux_socket(address.isIPv4 ? 0 : 1, stream ? 1 : 0))
    return Socket(owning: number, isIPv6: !address.isIPv4)
  }
}
