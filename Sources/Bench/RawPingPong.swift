import Basics
import Dispatch
import Foundation
import Glibc
import Linux

/// The limit for a call's round trip: TCP_NODELAY sockets on loopback and nothing else. Both ends are as ours, a thread
/// with an epoll loop around a non-blocking socket: wait, read, write.
final class RawPingPong: @unchecked Sendable {
  private let size: Int
  private let client: Int32
  private let server: Int32
  private let ends: Ends?
  private let serverThread = ThreadNumber()

  /// The processor of each end.
  struct Ends {
    let client: Int
    let server: Int
  }

  /// - Parameter ends: left to the kernel when nil, which may well run both on one, where a wake-up costs the least.
  init(size: Int, ends: Ends? = nil) throws {
    self.size = size
    self.ends = ends
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.client = client
    let isConnected = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &length) == 0
          && connect(client, $0, length) == 0
      }
    }
    guard isConnected else { throw BenchError("no TCP on loopback") }
    server = accept(listener, nil, nil)
    Glibc.close(listener)
    let thread = Thread { [server, serverThread] in
      serverThread.tell()
      guard let poll = try? Self.watch(server) else { return }
      var buffer = [UInt8](repeating: 0, count: size)
      while Self.receive(server, poll, &buffer) { Self.send(server, buffer) }
      Glibc.close(server)
    }
    thread.start()
  }

  private static func watch(_ socket: Int32) throws -> EventPoll {
    var one: Int32 = 1
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    guard fcntl(socket, F_SETFL, O_NONBLOCK) == 0 else { throw BenchError("no non-blocking socket") }
    let poll = try EventPoll()
    try poll.add(socket, for: .readable, token: 0)
    return poll
  }

  private static func receive(_ socket: Int32, _ poll: borrowing EventPoll, _ buffer: inout [UInt8]) -> Bool {
    var received = 0
    while received < buffer.count {
      guard (try? poll.wait(milliseconds: -1, { _, _ in })) != nil else { return false }
      let count = buffer.withUnsafeMutableBytes { recv(socket, $0.baseAddress! + received, $0.count - received, 0) }
      // A wait that was interrupted ends without bytes.
      if count < 0 && errno == EAGAIN { continue }
      guard count > 0 else { return false }
      received += count
    }
    return true
  }

  private static func send(_ socket: Int32, _ buffer: [UInt8]) {
    _ = buffer.withUnsafeBytes { Glibc.send(socket, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
  }

  /// The round trips of `count` messages, one after another.
  func measure(_ count: Int) -> [Double] {
    let done = DispatchSemaphore(value: 0)
    let times = Times()
    let thread = Thread { [client, size, ends, serverThread] in
      var buffer = [UInt8](repeating: 7, count: size)
      defer { done.signal() }
      if let ends {
        // Each time: whoever measures on one processor has had all threads run there.
        guard let number = try? Processors.thread(),
          (try? Processors.confine(thread: number, to: ends.client)) != nil,
          (try? Processors.confine(thread: serverThread.value(), to: ends.server)) != nil
        else { return }
      }
      guard let poll = try? Self.watch(client) else { return }
      for _ in 0..<count {
        let start = Clock.now()
        Self.send(client, buffer)
        guard Self.receive(client, poll, &buffer) else { break }
        times.values.append(Double((Clock.now() - start).nanoseconds))
      }
    }
    thread.start()
    done.wait()
    return times.values
  }

  func close() { Glibc.close(client) }

  /// The kernel's number of a thread that has just been started.
  private final class ThreadNumber: @unchecked Sendable {
    private let isTold = DispatchSemaphore(value: 0)
    private var number: Int32 = 0

    func tell() {
      number = (try? Processors.thread()) ?? 0
      isTold.signal()
    }

    func value() -> Int32 {
      isTold.wait()
      isTold.signal()
      return number
    }
  }

  private final class Times: @unchecked Sendable {
    var values: [Double] = []
  }
}
