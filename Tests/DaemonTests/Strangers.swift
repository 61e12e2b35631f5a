import Foundation

/// Connections from nobody that the board trusts, made without a protocol.
final class Strangers {
  private let port: UInt16
  private(set) var sockets: [Int32] = []

  init(port: UInt16) {
    self.port = port
    // Thousands of connections need as many descriptors.
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 16_384))
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  deinit { leave() }

  /// Opens further connections that say `greeting` and then nothing.
  func come(_ count: Int, saying greeting: [UInt8]) throws {
    for _ in 0..<count {
      let number = try connect()
      _ = send(number, greeting, greeting.count, Int32(MSG_NOSIGNAL))
      sockets.append(number)
    }
  }

  /// One after another: connects, says something and goes, by turns with an end and with a reset.
  func pass(_ greetings: [[UInt8]]) throws {
    for (index, greeting) in greetings.enumerated() {
      let number = try connect()
      _ = send(number, greeting, greeting.count, Int32(MSG_NOSIGNAL))
      if index % 2 == 0 {
        var reset = linger(l_onoff: 1, l_linger: 0)
        setsockopt(number, SOL_SOCKET, SO_LINGER, &reset, socklen_t(MemoryLayout<linger>.size))
      }
      close(number)
    }
  }

  func leave() {
    for number in sockets { close(number) }
    sockets = []
  }

  private func connect() throws -> Int32 {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard number >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EMFILE) }
    var address = loopback(port: port)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      let code = POSIXErrorCode(rawValue: errno) ?? .ECONNREFUSED
      close(number)
      throw POSIXError(code)
    }
    return number
  }
}

/// An address that never answers: a listener whose queue is full, so that the kernel drops whoever comes.
final class BlackHole {
  let port: UInt16
  private let listener: Int32
  private var queued: [Int32] = []

  init() throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let number = listener
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, length) == 0 && listen(number, 0) == 0 ? getsockname(number, $0, &length) : -1
      }
    }
    guard result == 0 else { throw POSIXError(.EADDRINUSE) }
    port = UInt16(bigEndian: address.sin_port)
    for _ in 0..<4 {
      let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
      _ = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(number, $0, length) }
      }
      queued.append(number)
    }
  }

  deinit {
    for number in queued + [listener] { close(number) }
  }
}

func loopback(port: UInt16) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  return address
}
