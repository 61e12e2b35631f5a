import Glibc
import Threads

/// A network of the kernel's with nothing in it but loopback. It has no name: it is gone with the last descriptor, device
/// and process in it, however this process ends.
public final class NetworkNamespace: Sendable {
  private let descriptor: Int32

  /// It could not be made: that is root's.
  public struct Refused: Error {}

  public init() throws(Refused) {
    descriptor = onThread {
      guard Namespaces.unshareNetwork() else { return -1 }
      // IPv4 alone: neighbours that the kernel looks for on its own account would be traffic that nobody asked for.
      for group in ["all", "default"] {
        let file = open("/proc/sys/net/ipv6/conf/\(group)/disable_ipv6", O_WRONLY | O_CLOEXEC)
        if file >= 0 {
          _ = write(file, "1", 1)
          close(file)
        }
      }
      return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
    }
    guard descriptor >= 0 else { throw Refused() }
  }

  deinit { close(descriptor) }

  /// How to start a program in it: these words become that program.
  public var words: [String] { ["/usr/bin/nsenter", "--net=/proc/\(getpid())/fd/\(descriptor)"] }

  /// Does `body` on a thread that is in it; so are the threads that `body` starts.
  public func inside<Result: Sendable>(_ body: @escaping @Sendable () -> Result) -> Result {
    onThread { [descriptor] in
      precondition(Namespaces.enterNetwork(descriptor), "the namespace cannot be entered")
      return body()
    }
  }
}
