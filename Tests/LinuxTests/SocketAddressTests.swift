import Testing

@testable import Linux

@Suite struct SocketAddressTests {
  @Test(arguments: [
    ("192.168.1.2:4040", "192.168.1.2:4040"),
    ("192.168.1.2", "192.168.1.2:9"),
    ("[::1]:80", "[::1]:80"),
    ("::1", "[::1]:9"),
    ("[fe80::1%3]:4040", "[fe80::1%3]:4040"),
    ("fe80::1%lo", "[fe80::1%1]:9"),
    ("::ffff:10.0.0.1", "10.0.0.1:9"),
    ("255.255.255.255:65535", "255.255.255.255:65535"),
  ])
  func readsAndWrites(_ text: String, _ expected: String) throws {
    let address = try #require(SocketAddress(text: Array(text.utf8), defaultPort: 9))
    #expect(String(decoding: address.text, as: UTF8.self) == expected)
    #expect(SocketAddress(text: address.text) == address)
  }

  @Test(arguments: [
    "", ":", "[", "[]", "[1.2.3.4]", "1.2.3", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:-1", "1.2.3.4%1", "[::1]x",
    "[::1]:",
    "::1%nosuchlink", "::1%4294967296", "example.org", "1.2.3.4:99999999999999999999999", "1.2.3.4\0", "[::1%]:1",
  ])
  func refuses(_ text: String) {
    #expect(SocketAddress(text: Array(text.utf8)) == nil)
  }

  @Test func knowsWhatKindItIs() throws {
    #expect(SocketAddress.loopback(port: 1).ipv4 == 0x7f00_0001)
    #expect(SocketAddress.loopback(port: 1).isLoopback)
    #expect(try #require(SocketAddress(text: Array("::1".utf8))).isLoopback)
    #expect(try #require(SocketAddress(text: Array("169.254.9.9".utf8))).isLinkLocal)
    #expect(try #require(SocketAddress(text: Array("febf::1".utf8))).isLinkLocal)
    #expect(try !#require(SocketAddress(text: Array("fec0::1".utf8))).isLinkLocal)
    #expect(try !#require(SocketAddress(text: Array("169.255.0.1".utf8))).isLinkLocal)
    #expect(!SocketAddress.any(port: 0).isIPv4)
  }
}
