import Basics
import Glibc
import TestKit
import Testing

@testable import Linux

@Suite struct SocketTests {
  private func wait(_ socket: borrowing Socket, _ events: Int32) throws {
    var item = pollfd(fd: socket.number, events: Int16(events), revents: 0)
    #expect(poll(&item, 1, 5000) == 1)
  }

  @Test func dualStackListenerTakesBothFamilies() throws {
    let listener = try Socket.listening(on: .any(port: 0))
    let port = try listener.localAddress().port
    #expect(port != 0)
    if try listener.accept() != nil { Issue.record("accepted nothing") }
    for text in ["127.0.0.1", "[::1]"] {
      let target = try #require(Endpoint(text: Array("\(text):\(port)".utf8)))
      let dialled = try Socket.connecting(to: target)
      try wait(dialled, POLLOUT)
      #expect(dialled.pendingError() == nil)
      #expect(try dialled.remoteAddress() == target)
      try wait(listener, POLLIN)
      guard let accepted = try listener.accept() else {
        Issue.record("nothing to accept")
        return
      }
      #expect(try accepted.remote == dialled.localAddress())
      let flags = fcntl(accepted.socket.number, F_GETFL)
      #expect(flags & O_NONBLOCK != 0)
      #expect(fcntl(accepted.socket.number, F_GETFD) == FD_CLOEXEC)
    }
  }

  @Test func tellsHowAConnectEnded() throws {
    let port = try Socket.listening(on: .loopback(port: 0)).localAddress().port
    do {
      let dialled = try Socket.connecting(to: .loopback(port: port))
      try wait(dialled, POLLOUT)
      #expect(dialled.pendingError()?.code == .connectionRefused)
    } catch {
      #expect((error as? Errno)?.code == .connectionRefused)
    }
  }

  @Test func setsTCPOptions() throws {
    let listener = try Socket.listening(on: .loopback(port: 0))
    let socket = try Socket.connecting(to: listener.localAddress())
    try socket.setNoDelay()
    try socket.setUserTimeout(milliseconds: 12_345)
    var (value, size): (Int32, socklen_t) = (0, 4)
    #expect(getsockopt(socket.number, Int32(IPPROTO_TCP), TCP_NODELAY, &value, &size) == 0)
    #expect(value == 1)
    #expect(getsockopt(socket.number, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &value, &size) == 0)
    #expect(value == 12_345)
  }

  @Test func datagramsTellWhereTheyCameIn() throws {
    let receiver = try Socket.datagrams(on: .anyIPv4(port: 0), interface: Array("lo".utf8))
    #expect(try receiver.boundInterface() == Array("lo".utf8))
    let port = try receiver.localAddress().port
    let sender = try Socket.datagrams(on: .anyIPv4(port: 0))
    #expect(try sender.boundInterface() == [])
    let target = Endpoint(ipv4: 0x7fff_ffff, port: port)
    #expect(try [UInt8](arrayLiteral: 1, 2, 3).withUnsafeBytes { try sender.send($0, to: target, interface: 1) })
    try wait(receiver, POLLIN)
    var room = [UInt8](repeating: 0, count: 2)
    let datagram = try #require(try room.withUnsafeMutableBytes { try receiver.receive(into: $0) })
    #expect(datagram.isTruncated)
    #expect(datagram.interface == 1)
    #expect(datagram.destination.ipv4 == 0x7fff_ffff)
    #expect(try datagram.source == .loopback(port: sender.localAddress().port))
    #expect(try room.withUnsafeMutableBytes { try receiver.receive(into: $0) } == nil)
    #expect(throws: Errno("", .addressFamilyNotSupported)) {
      try [UInt8]([1]).withUnsafeBytes { try sender.send($0, to: .any(port: 1)) }
    }
  }

  @Test func unixDatagramsAndServiceNotifications() throws {
    let abstract = [0] + Array("peernet-test-\(getpid())-\(UInt64.random(in: 0 ... .max))".utf8)
    let receiver = try UnixDatagramSocket(boundTo: abstract)
    #expect(ServiceNotifier(address: Array("@".utf8) + abstract.dropFirst())?.notify(Array("READY=1\n".utf8)) == true)
    var room = [UInt8](repeating: 0, count: 100)
    let count = try room.withUnsafeMutableBytes { try receiver.receive(into: $0) }
    #expect(count == 8)
    #expect(Array(room[..<8]) == Array("READY=1\n".utf8))
    #expect(ServiceNotifier(address: [])?.notify([1]) == nil)
    #expect(ServiceNotifier(address: Array("relative".utf8))?.notify([1]) == nil)
    #expect(ServiceNotifier(address: Array("/nonexistent/notify".utf8))?.notify([1]) == false)
    let folder = try TemporaryFolder()
    let named = try UnixDatagramSocket(boundTo: folder.file("socket"))
    let sender = try UnixDatagramSocket()
    try sender.connect(to: folder.file("socket"))
    try sender.descriptor.writeAll([7])
    #expect(try named.descriptor.readForTest() == [7])
    #expect(throws: Errno("", .nameTooLong)) {
      _ = try UnixDatagramSocket(boundTo: [UInt8](repeating: 65, count: 200)).number
    }
  }
}
