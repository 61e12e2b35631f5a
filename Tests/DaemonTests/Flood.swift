import Foundation
import Sodium
import Synchronization

/// Strangers who come at a steady rate from many addresses of this host, say M1 and leave it at that. With a network every
/// other one has a new address of one IPv6 /64.
final class Flood: Sendable {
  private let isOver = Mutex(false)
  private let state = Mutex(0)

  /// How many have come.
  var count: Int { state.withLock { $0 } }

  init(port: UInt16, addresses: Int, perSecond rate: Int, withNetwork: Bool = false) {
    Thread { [self] in run(port: port, addresses: addresses, rate: rate, withNetwork) }.start()
  }

  func stop() { isOver.withLock { $0 = true } }

  private func run(port: UInt16, addresses: Int, rate: Int, _ withNetwork: Bool) {
    var random = RandomStream(seed: [UInt8](repeating: 7, count: 32))
    var sockets: [Int32] = []
    let start = ContinuousClock.now
    var number = 0
    while !isOver.withLock({ $0 }) {
      let due = Int((ContinuousClock.now - start) / .milliseconds(1)) * rate / 1_000
      // What a busy machine has made us miss is not made up for.
      number = max(number, due - rate / 20)
      while number < due {
        let source: Source =
          withNetwork && number % 2 == 0
          ? .network(random.bytes(8)) : .address(UInt32(0x7f01_0001 + number % addresses))
        if let socket = Self.come(from: source, to: port, saying: [0, 0, 0, 32] + random.bytes(32)) {
          sockets.append(socket)
          state.withLock { $0 += 1 }
        }
        number += 1
      }
      while sockets.count > 2_000 { close(sockets.removeFirst()) }
      usleep(1_000)
    }
    for socket in sockets { close(socket) }
  }

  /// Where somebody comes from.
  private enum Source {
    /// IPv4.
    case address(UInt32)
    /// The last eight bytes of one in fd77::/64.
    case network([UInt8])
  }

  /// Whether this host has the whole of fd77::/64: as root `ip -6 route add local fd77::/64 dev lo`, which is best done in a
  /// network namespace.
  static let hasNetwork: Bool = {
    let number = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(number) }
    // To a port where nobody listens: what matters is whether it gets there.
    let there = with6([UInt8](repeating: 7, count: 8), 1) { connect(number, $0, $1) }
    return there != 0 && errno == ECONNREFUSED
  }()

  private static func come(from source: Source, to port: UInt16, saying m1: [UInt8]) -> Int32? {
    let number: Int32
    let isBound: Bool
    let result: Int32
    switch source {
    case .address(let host):
      number = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
      isBound = with(host, 0) { bind(number, $0, $1) } == 0
      result = with(0x7f00_0001, port) { connect(number, $0, $1) }
    case .network(let host):
      number = socket(AF_INET6, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
      var one: Int32 = 1
      setsockopt(number, Int32(IPPROTO_IPV6), freeBind, &one, 4)
      isBound = with6(host, 0) { bind(number, $0, $1) } == 0
      result = with6([0, 0, 0, 0, 0, 0, 0, 1], port) { connect(number, $0, $1) }
    }
    guard isBound, result == 0 || errno == EINPROGRESS else {
      close(number)
      return nil
    }
    var reset = linger(l_onoff: 1, l_linger: 0)
    setsockopt(number, SOL_SOCKET, SO_LINGER, &reset, socklen_t(MemoryLayout<linger>.size))
    _ = send(number, m1, m1.count, Int32(MSG_NOSIGNAL))
    return number
  }

  /// IPV6_FREEBIND, which Glibc's module does not have.
  private static let freeBind: Int32 = 78

  /// Calls with an address in fd77::/64.
  private static func with6(
    _ host: [UInt8], _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = port.bigEndian
    withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: [0xfd, 0x77, 0, 0, 0, 0, 0, 0] + host) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in6>.size)) }
    }
  }

  /// Calls with an address of this host.
  static func with(_ host: UInt32, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = host.bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}

/// A way to the board that takes its time, and comes from an address of its own.
final class LongWay: Sendable {
  let port: UInt16
  private let listener: Int32

  /// `delay` is one way.
  init(to board: UInt16, from source: UInt32, delay: Duration) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = Flood.with(0x7f00_0001, 0) { bind(listener, $0, $1) } == 0 && listen(listener, 8) == 0
    let isNamed = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) == 0 }
    }
    guard isBound, isNamed else { throw POSIXError(.EADDRINUSE) }
    self.listener = listener
    port = UInt16(bigEndian: address.sin_port)
    Thread {
      while case let near = accept(listener, nil, nil), near >= 0 {
        let far = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        _ = Flood.with(source, 0) { bind(far, $0, $1) }
        _ = Flood.with(0x7f00_0001, board) { connect(far, $0, $1) }
        Thread { Self.carry(from: near, to: far, delay: delay) }.start()
        Thread { Self.carry(from: far, to: near, delay: delay) }.start()
      }
    }.start()
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func carry(from: Int32, to: Int32, delay: Duration) {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while case let count = recv(from, &bytes, bytes.count, 0), count > 0 {
      usleep(UInt32(delay / .microseconds(1)))
      guard send(to, bytes, count, Int32(MSG_NOSIGNAL)) == count else { break }
    }
    shutdown(to, Int32(SHUT_RDWR))
    shutdown(from, Int32(SHUT_RDWR))
  }
}
