import Basics
import Linux
import Testing
import Threads

@testable import Reactor

@Suite struct DatagramTests {
  private let lo = Array("lo".utf8)

  private func monitor(_ reactor: Reactor) throws -> InterfaceMonitor {
    let monitor = try InterfaceMonitor(reactor: reactor)
    try reactor.run(until: { monitor.isComplete })
    return monitor
  }

  @Test func monitorTellsTheInterfaces() throws {
    let reactor = try Reactor()
    let monitor = try InterfaceMonitor(reactor: reactor)
    var changes = 0
    monitor.onChange = { changes += 1 }
    #expect(!monitor.isComplete)
    try reactor.run(until: { changes > 0 })
    let loopback = try #require(monitor.table.interfaces.first { $0.isLoopback })
    #expect(loopback.name == lo)
    #expect(loopback.addresses.contains { $0.broadcast?.ipv4 == 0x7fff_ffff })
    monitor.close()
  }

  @Test func broadcastsOnLoopbackOnly() throws {
    let reactor = try Reactor()
    let monitor = try monitor(reactor)
    var heard: [(bytes: [UInt8], source: Endpoint, onLink: Bool)] = []
    // A port of this test's own, which several processes, or sockets, share.
    let probe = try UDPSocket(on: .anyIPv4(port: 0), reactor: reactor) { _, _ in }
    let port = try #require(probe.local?.port)
    probe.close()
    let one = BroadcastSockets(port: port, interfaces: [lo], monitor: monitor, reactor: reactor) { received in
      heard.append((Array(received.bytes), received.source, received.onLink))
      #expect(received.interface == 1)
    }
    let two = BroadcastSockets(port: port, interfaces: [lo], monitor: monitor, reactor: reactor) { received in
      heard.append((Array(received.bytes), received.source, received.onLink))
    }
    #expect(one.boundInterfaces == [lo])
    #expect(one.interfaces.map { $0.name } == [lo])
    #expect(one.broadcast([1, 2, 3], port: port) == 1)
    try reactor.run(until: { heard.count == 2 })
    for received in heard {
      #expect(received.bytes == [1, 2, 3] && received.onLink)
      #expect(received.source == .loopback(port: port))
    }
    // An answer to one goes to one.
    var answers = 0
    let asking = try UDPSocket(on: .loopback(port: 0), reactor: reactor) { datagram, bytes in
      #expect(Array(bytes) == [9] && datagram.source.port == port)
      answers += 1
    }
    #expect(one.send([9], to: try #require(asking.local), interface: 1))
    try reactor.run(until: { answers == 1 })
    #expect(!one.send([9], to: try #require(asking.local), interface: 4711))
    for sockets in [one, two] {
      sockets.close()
      #expect(sockets.broadcast([1], port: port) == 0)
    }
    asking.close()
    monitor.close()
  }

  @Test func usesOnlyAllowedInterfaces() throws {
    let reactor = try Reactor()
    let monitor = try monitor(reactor)
    let none = BroadcastSockets(port: 0, interfaces: [], monitor: monitor, reactor: reactor) { _ in }
    #expect(none.boundInterfaces == [])
    let all = BroadcastSockets(port: 0, monitor: monitor, reactor: reactor) { _ in }
    #expect(Set(all.boundInterfaces) == Set(all.interfaces.map { $0.name }))
    #expect(all.boundInterfaces.contains(lo))
    #expect(all.refresh().isEmpty)
    none.close()
    all.close()
    monitor.close()
  }

  @Test func aSocketClosedInItsHandlerHearsNoMore() throws {
    let reactor = try Reactor()
    var count = 0
    var receiver: UDPSocket?
    receiver = try UDPSocket(on: .loopback(port: 0), reactor: reactor) { _, _ in
      count += 1
      receiver?.close()
    }
    let address = try #require(receiver?.local)
    let sender = try UDPSocket(on: .loopback(port: 0), reactor: reactor) { _, _ in }
    for _ in 0..<5 { try sender.send([1], to: address) }
    try reactor.run(until: { count > 0 })
    for _ in 0..<3 { try reactor.runOnce(maxWait: .milliseconds(1)) }
    #expect(count == 1)
    // Sending to the port that is gone brings an ICMP error, which does not end the sender.
    try sender.send([1], to: address)
    try reactor.runOnce(maxWait: .milliseconds(1))
    try sender.send([1], to: try #require(sender.local))
    sender.close()
  }

  /// In a network namespace of a thread's own.
  @Test(.enabled(if: Namespaces.areAllowed, "needs the right to make namespaces"))
  func followsInterfacesAsTheyComeAndGo() throws {
    let failure = onThread { () -> String? in
      guard Namespaces.unshareNetwork() else { return "unshare" }
      do {
        let reactor = try Reactor()
        let monitor = try InterfaceMonitor(reactor: reactor)
        try reactor.run(until: { monitor.isComplete })
        let confined = BroadcastSockets(port: 0, interfaces: [Array("lo".utf8)], monitor: monitor, reactor: reactor) {
          _ in
        }
        let all = BroadcastSockets(port: 0, monitor: monitor, reactor: reactor) { _ in }
        monitor.onChange = {
          confined.refresh()
          all.refresh()
        }
        func names(_ sockets: BroadcastSockets) -> [String] {
          sockets.boundInterfaces.map { String(decoding: $0, as: UTF8.self) }
        }
        func ip(_ arguments: String) throws -> Bool {
          var ending: Subprocess.Ending?
          _ = try Subprocess(
            path: Array("/sbin/ip".utf8), arguments: ("ip " + arguments).split(separator: " ").map { Array($0.utf8) },
            environment: [], deadline: .distantFuture, reactor: reactor
          ) { ending = $0.ending }
          try reactor.run(until: { ending != nil })
          return ending == .exited(code: 0)
        }
        guard names(all) == [], all.broadcast([1], port: 9) == 0 else { return "lo is down" }
        guard try ip("link set lo up") else { return "ip" }
        try reactor.run(until: { names(all) == ["lo"] && names(confined) == ["lo"] })
        guard try ip("link add d0 type veth peer name d1") else { return "no veth" }
        guard try ip("addr add 10.9.8.7/24 brd + dev d0"), try ip("link set d0 up"), try ip("link set d1 up") else {
          return "ip"
        }
        try reactor.run(until: { names(all) == ["lo", "d0"] })
        guard names(confined) == ["lo"], confined.broadcast([1], port: 9) == 1 else {
          return "left the allowed interfaces"
        }
        // 127.255.255.255; 255.255.255.255 and 10.9.8.255.
        guard all.broadcast([1], port: 9) == 3 else { return "broadcasts" }
        guard try ip("addr add 10.9.9.7/24 brd + dev d0") else { return "ip" }
        try reactor.run(until: { all.broadcast([1], port: 9) == 4 })
        guard try ip("link set d0 down") else { return "ip" }
        try reactor.run(until: { names(all) == ["lo"] })
        guard try ip("link del d0") else { return "ip" }
        try reactor.run(until: { monitor.table.interfaces.count == 1 })
        all.close()
        confined.close()
        monitor.close()
        return nil
      } catch {
        return "\(error)"
      }
    }
    #expect(failure == nil)
  }
}
