import Glibc

/// An ethernet interface of a namespace whose cable is a descriptor: each read takes a frame that the kernel sends, each
/// write hands it one. It goes away with the descriptor.
public final class TapDevice: Sendable {
  /// The interface's name in its namespace.
  public static let name = "link0"

  let descriptor: Int32

  /// What the kernel refused.
  public struct Failed: Error {
    public let errno: Int32
  }

  /// Makes the interface in a namespace. It is down.
  public init(in namespace: NetworkNamespace) throws(Failed) {
    let (descriptor, error) = namespace.inside { Self.open() }
    guard descriptor >= 0 else { throw Failed(errno: error) }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Plugs the cable in or out: what the kernel calls carrier. The interface keeps its addresses.
  public func setCarrier(_ isThere: Bool) throws(Failed) {
    var value: Int32 = isThere ? 1 : 0
    // TUNSETCARRIER
    guard ioctl(descriptor, 0x4004_54e2, &value) == 0 else { throw Failed(errno: errno) }
  }

  /// The next frame; nil when there is none now.
  func read(_ buffer: inout [UInt8]) -> [UInt8]? {
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    return count > 0 ? Array(buffer.prefix(count)) : nil
  }

  /// Hands a frame to the kernel. An interface that is down loses it.
  func write(_ frame: [UInt8]) { _ = Glibc.write(descriptor, frame, frame.count) }

  private static func open() -> (Int32, Int32) {
    let descriptor = Glibc.open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return (-1, errno) }
    // struct ifreq: the name, then IFF_TAP | IFF_NO_PI. The device is made where the calling thread is.
    var request = [UInt8](repeating: 0, count: 40)
    request.replaceSubrange(0..<name.utf8.count, with: name.utf8)
    let flags = UInt16(0x0002 | 0x1000)
    withUnsafeBytes(of: flags) { request.replaceSubrange(16..<18, with: $0) }
    // TUNSETIFF
    guard ioctl(descriptor, 0x4004_54ca, &request) == 0 else {
      let error = errno
      close(descriptor)
      return (-1, error)
    }
    return (descriptor, 0)
  }
}
