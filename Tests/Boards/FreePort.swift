import Foundation
import Synchronization

private let given = Mutex<Set<UInt16>>([])

/// A UDP port that nobody uses now: below those that the kernel gives away, and none that this process had before.
public func freePort() throws -> UInt16 {
  for _ in 0..<100 {
    let port = UInt16.random(in: 10_000..<32_000)
    if given.withLock({ $0.insert(port).inserted }) && isFree(port) { return port }
  }
  throw POSIXError(.EADDRINUSE)
}

private func isFree(_ port: UInt16) -> Bool {
  let number = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
  defer { close(number) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
    }
  }
}
