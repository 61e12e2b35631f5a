import Basics
import Glibc
import Linux
import Testing
import Threads

@testable import Reactor

/// Bytes that repeat with a period that no buffer's size has.
private func pattern(_ count: Int) -> [UInt8] {
  var bytes = (0..<251).map { UInt8($0) }
  while bytes.count < count { bytes += bytes }
  return Array(bytes[..<count])
}

@Suite struct TCPTests {

  @Test func carriesBytesBothWays() throws {
    let pair = try ConnectedPair()
    pair.dialler.connection?.write([1, 2])
    pair.dialler.connection?.write([3])
    pair.acceptor.connection?.write([9])
    pair.acceptor.connection?.write([])
    try pair.reactor.run(until: { pair.acceptor.received == [1, 2, 3] && pair.dialler.received == [9] })
    #expect(pair.acceptor.connection?.remote == pair.dialler.connection?.local)
    #expect(pair.dialler.connection?.pendingBytes == 0)
    pair.close()
    #expect(pair.dialler.log == ["opened"] && pair.acceptor.log == [])
  }

  @Test func keepsWhatTheKernelDoesNotTake() throws {
    let pair = try ConnectedPair()
    pair.acceptor.connection?.setReading(false)
    var expected: [UInt8] = []
    for size in [3_000_000, 1, 20_000, 10, 10, 5_000_000, 3, 900_000] {
      let part = pattern(size)
      expected += part
      pair.dialler.connection?.write(part)
    }
    for _ in 0..<5 { try pair.reactor.runOnce(maxWait: .milliseconds(1)) }
    let waiting = try #require(pair.dialler.connection?.pendingBytes)
    #expect(waiting > 1_000_000)
    #expect(pair.acceptor.received.isEmpty)
    pair.acceptor.connection?.setReading(true)
    try pair.reactor.run(until: { pair.acceptor.received.count == expected.count })
    #expect(pair.acceptor.received == expected)
    #expect(pair.dialler.log == ["opened", "drained"])
    #expect(pair.dialler.connection?.pendingBytes == 0)
    pair.close()
  }

  /// A window that is scaled for a larger buffer than there is promises too much: the kernel then drops segments, and with
  /// them the acknowledgements that an answer waits for.
  @Test func aSmallBufferIsKnownBeforeTheWindowIsScaled() throws {
    let pair = try ConnectedPair(TCPConnection.Options(bufferSize: 32 << 10))
    defer { pair.close() }
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { Glibc.close(client) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = try #require(pair.listener.local).port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    #expect(connected == 0)
    // `tcpi_snd_wscale` and `tcpi_rcv_wscale` share a byte of `struct tcp_info`.
    var information = [UInt8](repeating: 0, count: 8)
    var count = socklen_t(information.count)
    #expect(getsockopt(client, Int32(IPPROTO_TCP), TCP_INFO, &information, &count) == 0)
    #expect(information[6] & 0x0f <= 1, "64 KiB need no scale")
  }

  @Test func idleConnectionsCauseNoTurns() throws {
    let pair = try ConnectedPair()
    pair.dialler.connection?.write([UInt8](repeating: 0, count: 5_000_000))
    try pair.reactor.run(until: { pair.acceptor.received.count == 5_000_000 && pair.dialler.log.last == "drained" })
    var turns = 0
    pair.reactor.onTurn = { turns += 1 }
    var isDone = false
    pair.reactor.schedule(after: .milliseconds(50)) { isDone = true }
    while !isDone { try pair.reactor.runOnce(maxWait: .seconds(10)) }
    #expect(turns <= 2)
    // Nor do those whose other side has ended.
    pair.dialler.connection?.endWriting()
    try pair.reactor.run(until: { pair.acceptor.log == ["ended"] })
    (turns, isDone) = (0, false)
    pair.reactor.schedule(after: .milliseconds(50)) { isDone = true }
    while !isDone { try pair.reactor.runOnce(maxWait: .seconds(10)) }
    #expect(turns <= 2)
    pair.close()
  }

  @Test func halfClosesAfterWhatWasWritten() throws {
    let pair = try ConnectedPair()
    let bytes = [UInt8](repeating: 7, count: 8_000_000)
    pair.dialler.connection?.write(bytes)
    pair.dialler.connection?.endWriting()
    pair.dialler.connection?.write([1])
    try pair.reactor.run(until: { pair.acceptor.log == ["ended"] })
    #expect(pair.acceptor.received == bytes)
    pair.acceptor.connection?.write([5, 6])
    try pair.reactor.run(until: { pair.dialler.received == [5, 6] })
    pair.acceptor.connection?.finish(within: .seconds(1))
    try pair.reactor.run(until: { pair.dialler.isClosed && pair.acceptor.isClosed })
    #expect(pair.acceptor.failure == nil && pair.dialler.failure == nil)
    #expect(pair.dialler.log == ["opened", "drained", "ended", "closed"])
    pair.close()
  }

  @Test func finishingSendsEverythingFirst() throws {
    let pair = try ConnectedPair()
    let bytes = pattern(6_000_000)
    pair.dialler.connection?.write(bytes)
    // Bytes that nobody reads any more must not turn the close into a reset.
    pair.acceptor.connection?.write([UInt8](repeating: 1, count: 100_000))
    pair.dialler.connection?.finish(within: .seconds(5))
    try pair.reactor.run(until: { pair.acceptor.log.contains("ended") })
    #expect(pair.acceptor.received == bytes)
    #expect(!pair.dialler.isClosed)
    pair.acceptor.connection?.close()
    try pair.reactor.run(until: { pair.dialler.isClosed })
    #expect(pair.dialler.failure == nil)
    pair.close()
  }

  @Test func finishingIsBoundInTime() throws {
    let pair = try ConnectedPair()
    pair.acceptor.connection?.setReading(false)
    pair.dialler.connection?.write([UInt8](repeating: 1, count: 20_000_000))
    let start = Clock.now()
    pair.dialler.connection?.finish(within: .milliseconds(20))
    try pair.reactor.run(until: { pair.dialler.isClosed })
    #expect(pair.dialler.failure == Errno("", .timedOut))
    #expect(Clock.now() - start >= .milliseconds(20))
    pair.close()
  }

  @Test func tellsAReset() throws {
    let pair = try ConnectedPair()
    // Unread bytes turn a close into a reset.
    pair.acceptor.connection?.setReading(false)
    pair.dialler.connection?.write([1, 2, 3])
    for _ in 0..<3 { try pair.reactor.runOnce(maxWait: .milliseconds(1)) }
    pair.acceptor.connection?.close()
    try pair.reactor.run(until: { pair.dialler.isClosed })
    #expect(pair.dialler.failure == Errno("", .connectionReset))
    #expect(pair.dialler.connection?.isClosed == true)
    pair.dialler.connection?.write([1])
    pair.dialler.connection?.finish(within: .nanoseconds(1))
    pair.close()
  }

  @Test func tellsAResetWhileNotReading() throws {
    let pair = try ConnectedPair()
    pair.acceptor.connection?.setReading(false)
    pair.dialler.connection?.setReading(false)
    pair.dialler.connection?.write([1, 2, 3])
    for _ in 0..<3 { try pair.reactor.runOnce(maxWait: .milliseconds(1)) }
    pair.acceptor.connection?.close()
    try pair.reactor.run(until: { pair.dialler.isClosed })
    #expect(pair.dialler.failure == Errno("", .connectionReset))
    // Whoever hears of it can tell it from a dial that failed.
    #expect(pair.dialler.failure?.operation.description == "read")
    pair.close()
  }

  @Test func aFailedWriteIsToldLater() throws {
    let pair = try ConnectedPair()
    pair.acceptor.connection?.setReading(false)
    pair.dialler.connection?.write([1])
    for _ in 0..<3 { try pair.reactor.runOnce(maxWait: .milliseconds(1)) }
    pair.acceptor.connection?.close()
    // No turn in between: the writes meet the reset themselves.
    for _ in 0..<100 { pair.dialler.connection?.write([2]) }
    #expect(!pair.dialler.isClosed)
    pair.dialler.connection?.finish(within: .seconds(5))
    try pair.reactor.run(until: { pair.dialler.isClosed })
    #expect(pair.dialler.failure == Errno("", .connectionReset))
    #expect(pair.dialler.log == ["opened", "closed"])
    pair.close()
  }

  @Test func closesInsideTheHandler() throws {
    let pair = try ConnectedPair()
    pair.acceptor.onReceived = { pair.acceptor.connection?.close() }
    pair.dialler.connection?.write([1])
    try pair.reactor.run(until: { pair.dialler.log.contains("ended") || pair.dialler.isClosed })
    #expect(pair.acceptor.log.isEmpty)
    pair.close()
  }

  @Test func tellsARefusedDial() throws {
    let reactor = try Reactor()
    let address = try Socket.listening(on: .loopback(port: 0)).localAddress()
    let witness = Witness()
    witness.connection = TCPConnection(dialling: address, on: reactor, deadline: .distantFuture, witness.take)
    #expect(witness.log.isEmpty)
    try reactor.run(until: { witness.isClosed })
    #expect(witness.log == ["closed"] && witness.failure?.code == .connectionRefused)
    // Nothing listens on the broadcast address: the kernel refuses in the call itself.
    let other = Witness()
    other.connection = TCPConnection(
      dialling: .broadcast(port: 1), on: reactor, deadline: .distantFuture, other.take)
    #expect(other.log.isEmpty)
    try reactor.run(until: { other.isClosed })
    #expect(other.failure != nil)
  }

  @Test func aDialHasADeadline() throws {
    let reactor = try Reactor()
    // A backlog that is full answers nothing.
    let full = try Socket.listening(on: .loopback(port: 0), backlog: 0)
    let address = try full.localAddress()
    var witnesses: [Witness] = []
    for _ in 0..<4 {
      let witness = Witness()
      witness.connection = TCPConnection(
        dialling: address, on: reactor, deadline: reactor.now + .milliseconds(200), witness.take)
      witnesses.append(witness)
    }
    try reactor.run(until: { witnesses.contains { $0.isClosed } })
    for witness in witnesses where witness.isClosed {
      #expect(witness.log == ["closed"] && witness.failure == Errno("", .timedOut))
    }
    // One may be ended before its time, too.
    let given = Witness()
    given.connection = TCPConnection(dialling: address, on: reactor, deadline: .distantFuture, given.take)
    given.connection?.finish(within: .seconds(1))
    try reactor.run(until: { given.isClosed })
    #expect(given.failure == nil)
    for witness in witnesses { witness.connection?.close() }
    #expect(full.pendingError() == nil)
  }

  @Test func writesDuringTheDialGoOutAfterIt() throws {
    let pair = try ConnectedPair()
    let witness = Witness()
    witness.connection = TCPConnection(
      dialling: try #require(pair.listener.local), on: pair.reactor, deadline: .distantFuture, witness.take)
    witness.connection?.write([1, 2, 3])
    witness.connection?.endWriting()
    try pair.reactor.run(until: { pair.acceptor.received == [1, 2, 3] && pair.acceptor.log == ["ended"] })
    #expect(witness.log.first == "opened")
    witness.connection?.close()
    pair.close()
  }

  @Test func manyConnectionsShareTheLoop() throws {
    let reactor = try Reactor()
    var served = 0
    let listener = try TCPListener(on: .loopback(port: 0), backlog: 512, reactor: reactor) { connection in
      connection.start { event in
        switch event {
        case .received(let bytes):
          served += 1
          connection.write(Array(bytes))
        case .ended: connection.close()
        case .opened, .drained, .closed: break
        }
      }
    }
    let address = try #require(listener.local)
    var witnesses: [Witness] = []
    for _ in 0..<100 {
      let witness = Witness()
      witness.connection = TCPConnection(dialling: address, on: reactor, deadline: .distantFuture, witness.take)
      witness.connection?.write([42])
      witnesses.append(witness)
    }
    try reactor.run(until: { witnesses.allSatisfy { $0.received == [42] } })
    #expect(served == 100)
    // Their slots are used again, and nothing of the old ones shows.
    for witness in witnesses { witness.connection?.close() }
    for index in witnesses.indices {
      let witness = Witness()
      witness.connection = TCPConnection(dialling: address, on: reactor, deadline: .distantFuture, witness.take)
      witness.connection?.write([UInt8(index)])
      witnesses[index] = witness
    }
    try reactor.run(until: { witnesses.indices.allSatisfy { witnesses[$0].received == [UInt8($0)] } })
    #expect(witnesses.allSatisfy { $0.log.first == "opened" && !$0.isClosed })
    for witness in witnesses { witness.connection?.close() }
    listener.close()
  }

  /// On a thread with a descriptor table of its own, so that the other tests keep theirs.
  @Test func runningOutOfDescriptorsNeitherSpinsNorDeafens() throws {
    let failure = onThread { () -> String? in
      guard Namespaces.unshareDescriptors() else { return "unshare" }
      do {
        let reactor = try Reactor()
        var accepted = 0
        let listener = try TCPListener(on: .loopback(port: 0), reactor: reactor) { connection in
          accepted += 1
          connection.close()
        }
        guard let address = listener.local else { return "no address" }
        let turnedAway = (0..<3).map { _ in Witness() }
        for witness in turnedAway {
          witness.connection = TCPConnection(dialling: address, on: reactor, deadline: .distantFuture, witness.take)
        }
        let filler = open("/dev/null", O_RDONLY | O_CLOEXEC)
        var taken = [filler]
        while case let number = fcntl(filler, F_DUPFD_CLOEXEC, 0), number >= 0 { taken.append(number) }
        try reactor.run(until: { turnedAway.allSatisfy { $0.isClosed || $0.log.contains("ended") } })
        guard accepted == 0 else { return "accepted without a descriptor" }
        var turns = 0
        reactor.onTurn = { turns += 1 }
        var isDone = false
        reactor.schedule(after: .milliseconds(30)) { isDone = true }
        while !isDone { try reactor.runOnce(maxWait: .seconds(10)) }
        guard turns <= 2 else { return "\(turns) turns" }
        for number in taken { close(number) }
        let served = Witness()
        served.connection = TCPConnection(dialling: address, on: reactor, deadline: .distantFuture, served.take)
        try reactor.run(until: { accepted == 1 })
        for witness in turnedAway + [served] { witness.connection?.close() }
        listener.close()
        return nil
      } catch {
        return "\(error)"
      }
    }
    #expect(failure == nil)
  }
}
