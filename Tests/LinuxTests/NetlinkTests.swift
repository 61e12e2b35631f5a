import Basics
import Testing

@testable import Linux

/// Builds rtnetlink messages byte by byte.
enum Netlink {
  static func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
  static func half(_ value: UInt16) -> [UInt8] { [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)] }

  static func message(_ type: UInt16, sequence: UInt32 = 0, _ body: [UInt8]) -> [UInt8] {
    word(UInt32(16 + body.count)) + half(type) + half(0) + word(sequence) + word(0) + body
      + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
  }

  static func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
    half(UInt16(4 + value.count)) + half(type) + value + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
  }

  static func link(_ index: UInt32, flags: UInt32, _ name: String, type: UInt16 = 16) -> [UInt8] {
    message(type, [0, 0, 0, 0] + word(index) + word(flags) + word(0) + attribute(3, Array(name.utf8) + [0]))
  }

  static func address(
    _ index: UInt32, _ address: [UInt8], prefix: UInt8, broadcast: [UInt8]? = nil, local: [UInt8]? = nil,
    type: UInt16 = 20
  ) -> [UInt8] {
    message(
      type,
      [address.count == 4 ? 2 : 10, prefix, 0, 0] + word(index) + attribute(1, address)
        + (local.map { attribute(2, $0) } ?? []) + (broadcast.map { attribute(4, $0) } ?? []))
  }
}

@Suite struct NetlinkTests {
  private func read(_ bytes: [UInt8]) throws -> [NetlinkMessage] {
    var reader = NetlinkReader(bytes)
    var messages: [NetlinkMessage] = []
    while let message = try reader.next() { messages.append(message) }
    return messages
  }

  private func table(_ bytes: [UInt8]) throws -> InterfaceTable {
    var table = InterfaceTable()
    for message in try read(bytes) { _ = table.apply(message) }
    return table
  }

  private func ip(_ text: String) throws -> Endpoint {
    try #require(Endpoint(text: Array((text.contains(":") ? "[\(text)]:0" : "\(text):0").utf8)))
  }

  private func change(_ table: inout InterfaceTable, _ bytes: [UInt8]) throws {
    let isNews = table.apply(try read(bytes)[0])
    #expect(isNews)
  }

  @Test func readsLinksAndAddresses() throws {
    let table = try table(
      Netlink.link(2, flags: 0x11043, "eth0") + Netlink.link(1, flags: 0x10049, "lo")
        + Netlink.address(1, [127, 0, 0, 1], prefix: 8)
        + Netlink.address(2, [192, 168, 7, 20], prefix: 24, broadcast: [192, 168, 7, 255])
        + Netlink.address(2, [0xfe, 0x80] + [UInt8](repeating: 0, count: 13) + [5], prefix: 64)
        + Netlink.address(9, [10, 0, 0, 1], prefix: 8) + Netlink.message(3, []))
    #expect(table.interfaces.map { $0.index } == [1, 2])
    let lo = try #require(table[1])
    #expect(lo.isLoopback && lo.isUp && lo.isRunning && !lo.canBroadcast)
    #expect(try lo.addresses.map { $0.broadcast } == [ip("127.255.255.255")])
    let eth = try #require(table[2])
    #expect(eth.name == Array("eth0".utf8))
    #expect(!eth.isLoopback && eth.isUp && eth.isRunning && eth.canBroadcast)
    #expect(try eth.addresses.map { $0.address } == [ip("192.168.7.20"), ip("fe80::5%2")])
    #expect(try eth.addresses[0].broadcast == ip("192.168.7.255"))
  }

  @Test func aDumpThatWasOvertakenIsNotBelieved() throws {
    for message in [Netlink.link(2, flags: 0x1043, "eth0"), Netlink.message(3, [])] {
      var interrupted = message
      interrupted[6] |= 0x10
      #expect(try read(interrupted) == [.overrun])
    }
  }

  @Test func followsChanges() throws {
    var table = try table(
      Netlink.link(2, flags: 0x1043, "eth0")
        + Netlink.address(2, [10, 1, 2, 3], prefix: 8, broadcast: [10, 255, 255, 255]))
    let again = try read(Netlink.link(2, flags: 0x1043, "eth0"))[0]
    let isNews = table.apply(again)
    #expect(!isNews)
    try change(&table, Netlink.link(2, flags: 0x1003, "eth0"))
    #expect(table[2]?.isRunning == false)
    #expect(table[2]?.addresses.count == 1)
    try change(&table, Netlink.address(2, [10, 1, 2, 3], prefix: 8, type: 21))
    #expect(table[2]?.addresses == [])
    // AF_BRIDGE: it only left a bridge.
    var leaving = Netlink.link(2, flags: 0, "eth0", type: 17)
    leaving[16] = 7
    #expect(try read(leaving) == [.other])
    try change(&table, Netlink.link(2, flags: 0, "eth0", type: 17))
    #expect(table.interfaces.isEmpty)
  }

  /// A lease and a tool may each have given it the same address: it has it until both have gone.
  @Test func anAddressStandsOnceForEachPrefix() throws {
    let own: [UInt8] = [10, 9, 0, 1]
    var table = try table(
      Netlink.link(2, flags: 0x1043, "eth0") + Netlink.address(2, own, prefix: 24, broadcast: [10, 9, 0, 255]))
    try change(&table, Netlink.address(2, own, prefix: 32))
    #expect(table[2]?.addresses.map { $0.prefixLength } == [24, 32])
    let again = table.apply(try read(Netlink.address(2, own, prefix: 32))[0])
    #expect(!again)
    try change(&table, Netlink.address(2, own, prefix: 32, type: 21))
    #expect(try table[2]?.addresses.map { $0.broadcast } == [ip("10.9.0.255")])
    try change(&table, Netlink.address(2, own, prefix: 24, type: 21))
    #expect(table[2]?.addresses == [])
  }

  /// IFA_ADDRESS is the other side's, and the prefix is of that one.
  @Test func anAddressStandsOnceForEachOtherSide() throws {
    let own: [UInt8] = [10, 9, 0, 1]
    var table = try table(Netlink.link(2, flags: 0x1043, "tun0"))
    for peer in [7, 8] as [UInt8] {
      try change(&table, Netlink.address(2, [192, 0, 2, peer], prefix: 32, local: own))
    }
    #expect(try table.isOnLink(ip("192.0.2.7"), interface: 2) && table.isOnLink(ip("192.0.2.8"), interface: 2))
    #expect(try !table.isOnLink(ip("10.9.0.1"), interface: 2))
    try change(&table, Netlink.address(2, [192, 0, 2, 7], prefix: 32, local: own, type: 21))
    #expect(try !table.isOnLink(ip("192.0.2.7"), interface: 2) && table.isOnLink(ip("192.0.2.8"), interface: 2))
    #expect(try table[2]?.addresses.map { $0.address } == [ip("10.9.0.1")])
  }

  @Test func tellsNeighboursFromOthers() throws {
    let table = try table(
      Netlink.link(1, flags: 0x49, "lo") + Netlink.address(1, [127, 0, 0, 1], prefix: 8)
        + Netlink.link(2, flags: 0x43, "eth0") + Netlink.address(2, [192, 168, 7, 20], prefix: 23)
        + Netlink.address(2, [0x20, 1, 0xd, 0xb8] + [UInt8](repeating: 0, count: 11) + [5], prefix: 64))
    for (source, index, expected) in [
      ("192.168.6.1", 2, true), ("192.168.7.9", 2, true), ("192.168.8.1", 2, false), ("192.168.6.1", 1, false),
      ("127.0.0.9", 1, true), ("127.0.0.9", 2, false), ("169.254.1.1", 2, true), ("169.254.1.1", 1, false),
      ("fe80::9", 1, false), ("fe80::9", 2, true),
      ("2001:db8::77", 2, true), ("2001:db8:0:1::77", 2, false), ("8.8.8.8", 2, false), ("192.168.6.1", 7, false),
    ] as [(String, UInt32, Bool)] {
      #expect(try table.isOnLink(ip(source), interface: index) == expected, "\(source) on \(index)")
    }
  }

  @Test func keepsNoMoreThanItsBound() throws {
    var table = InterfaceTable()
    for index in 1...1000 { _ = table.apply(try read(Netlink.link(UInt32(index), flags: 1, "x"))[0]) }
    #expect(table.interfaces.count == InterfaceTable.limit)
    for number in 0..<1000 {
      _ = table.apply(try read(Netlink.address(1, [10, 0, UInt8(number >> 8), UInt8(number & 255)], prefix: 8))[0])
    }
    #expect(table[1]?.addresses.count == InterfaceTable.limit)
  }

  @Test func refusesTornMessages() throws {
    let whole = Netlink.address(2, [192, 168, 7, 20], prefix: 24, broadcast: [192, 168, 7, 255])
    for count in 1..<whole.count {
      #expect(throws: NetlinkError.self, "\(count) bytes") { try read(Array(whole[..<count])) }
    }
    #expect(throws: NetlinkError.badPrefix(offset: 16)) { try read(Netlink.address(2, [1, 2, 3, 4], prefix: 33)) }
    #expect(throws: NetlinkError.tornMessage(offset: 0)) {
      try read(Netlink.word(15) + [UInt8](repeating: 0, count: 12))
    }
    #expect(throws: NetlinkError.tornMessage(offset: 0)) {
      try read(Netlink.word(.max) + [UInt8](repeating: 0, count: 12))
    }
    #expect(throws: NetlinkError.tornBody(offset: 0)) { try read(Netlink.message(2, [0, 0])) }
  }

  @Test func survivesAnyBytes() throws {
    var random = SystemRandomNumberGenerator()
    let whole = Netlink.link(2, flags: 0x1043, "eth0") + Netlink.address(2, [10, 1, 2, 3], prefix: 8)
    for _ in 0..<3_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try? table(bytes)
      _ = try? table(
        (0..<Int.random(in: 0..<80, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
  }

  @Test func asksTheKernel() throws {
    let socket = try NetlinkSocket()
    try socket.descriptor.setBlockingForTest()
    var table = InterfaceTable()
    var room = [UInt8](repeating: 0, count: 65536)
    for (dump, sequence) in [(NetlinkSocket.Dump.links, UInt32(1)), (.addresses, 2)] {
      try socket.request(dump, sequence: sequence)
      var isDone = false
      while !isDone {
        let bytes = try #require(try room.withUnsafeMutableBytes { try socket.receive(into: $0) })
        for message in try read(bytes) {
          if message == .done(sequence: sequence) { isDone = true }
          _ = table.apply(message)
        }
      }
    }
    let lo = try #require(table.interfaces.first { $0.isLoopback })
    #expect(lo.name == Array("lo".utf8))
    #expect(try lo.addresses.contains { try $0.address == ip("127.0.0.1") })
  }
}
