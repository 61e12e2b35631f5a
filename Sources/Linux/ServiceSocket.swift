import CLinux

/// The manager's end of sd_notify(3): a Unix datagram socket that tells which process sent a message.
public struct ServiceSocket: ~Copyable {
  /// Longer messages are cut, in bytes.
  public static var maximumLength: Int { 1024 }

  private let socket: UnixDatagramSocket

  /// Listens at `path`; whatever stands there is removed first.
  public init(path: [UInt8]) throws(Errno) {
    _ = try withCString("unlink", path) { clinux_unlink($0) }
    let made = try UnixDatagramSocket(boundTo: path)
    try check("setsockopt", clinux_unix_pass_credentials(made.number))
    socket = made
  }

  /// Readable when a message waits.
  public var number: Int32 { socket.number }

  /// The next message and the number of the process that sent it; nil when none waits. One whose sender the kernel does not
  /// tell comes from process 0.
  public borrowing func receive() throws(Errno) -> (message: [UInt8], sender: Int32)? {
    var room = [UInt8](repeating: 0, count: ServiceSocket.maximumLength)
    var sender: Int32 = 0
    let result = clinux_unix_receive_from(socket.number, &room, room.count, &sender)
    guard let count = try checkReady("recvmsg", result) else { return nil }
    return (Array(room.prefix(count)), sender)
  }
}
