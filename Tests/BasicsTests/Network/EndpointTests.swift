import Basics
import Seeds
import TestKit
import Testing

@Suite struct EndpointTests {
  @Test(arguments: [
    ("192.168.1.5:4040", "192.168.1.5:4040"),
    ("0.0.0.0:0", "0.0.0.0:0"),
    ("255.255.255.255:65535", "255.255.255.255:65535"),
    ("[fe80::1%3]:4040", "[fe80::1%3]:4040"),
    ("[::]:1", "[::]:1"),
    ("[::1]:1", "[::1]:1"),
    ("[1::]:1", "[1::]:1"),
    ("[2001:DB8:0:0:1:0:0:1]:80", "[2001:db8::1:0:0:1]:80"),
    ("[2001:db8:0:1:1:1:1:1]:80", "[2001:db8:0:1:1:1:1:1]:80"),
    ("[1:0:0:2:0:0:0:3]:80", "[1:0:0:2::3]:80"),
    ("[::ffff:10.0.0.7]:9", "10.0.0.7:9"),
    ("[::10.0.0.7]:9", "[::a00:7]:9"),
    ("[1:2:3:4:5:6:7:8%4294967295]:9", "[1:2:3:4:5:6:7:8%4294967295]:9"),
  ])
  func textIsRead(_ text: String, canonical: String) throws {
    let endpoint = try #require(Endpoint(text: utf8(text)))
    #expect(string(endpoint.text) == canonical)
    #expect(Endpoint(text: endpoint.text) == endpoint)
  }

  @Test(arguments: [
    "", ":", "1.2.3.4", "1.2.3.4:", "1.2.3:4", "1.2.3.4.5:6", "1.2.3.256:1", "1.2.3.04:1", "1.2.3.4:65536",
    "1.2.3.4:01",
    "1.2.3.4:-1", "1.2.3.4: 1", " 1.2.3.4:1", "1.2.3.4%2:1", "1..3.4:1", "1.2.3.:1", "localhost:4040", "fe80::1:4040",
    "[]:1", "[:]:1", "[:::]:1", "[1:2:3:4:5:6:7]:1", "[1:2:3:4:5:6:7:8:9]:1", "[1::2::3]:1", "[1:2:3:4:5:6:7:8::]:1",
    "[::1:2:3:4:5:6:7:8]:1", "[12345::]:1", "[g::]:1", "[1:]:1", "[:1]:1", "[::1%]:1", "[::1%0]:1", "[::1%eth0]:1",
    "[::1%4294967296]:1", "[::1]", "[::1]1", "[::1", "::1]:1", "[::ffff:1.2.3.4%5]:1", "[1.2.3.4::]:1", "[::1.2.3]:1",
    "1.2.3.4:99999999999999999999999999999999", "[0000000000000000000000000000000000000000000000000000000000::]:1",
  ])
  func otherTextIsRefused(_ text: String) { #expect(Endpoint(text: utf8(text)) == nil) }

  @Test func randomAddressesRoundTrip() throws {
    var random = SeededGenerator(seed: 3)
    let words: [UInt64] = [0, 1, 0xffff, 0xffff_0000_0000, 0xfe80_0000_0000_0000, .max]
    for _ in 0..<5_000 {
      let high = Bool.random(using: &random) ? words.randomElement(using: &random)! : random.next()
      let low = Bool.random(using: &random) ? words.randomElement(using: &random)! : random.next()
      let plain = Endpoint(high: high, low: low, port: UInt16.random(in: 0...65_535, using: &random))
      let scope = plain.ipv4 == nil ? UInt32.random(in: 0...9, using: &random) : 0
      let endpoint = Endpoint(high: high, low: low, scope: scope, port: plain.port)
      #expect(endpoint.text.count <= Endpoint.maximumTextLength)
      #expect(Endpoint(text: endpoint.text) == endpoint)
      #expect(Endpoint(address: endpoint.address, scope: scope, port: plain.port) == endpoint)
      if let mutated = Endpoint(text: random.mutate(endpoint.text, favouring: utf8(":.[]%0"))) {
        #expect(Endpoint(text: mutated.text) == mutated)
      }
    }
  }

  @Test func bytesInAndOut() throws {
    let four = try #require(Endpoint(address: [127, 0, 0, 1], port: 4_040))
    #expect(four == Endpoint(ipv4: 0x7f00_0001, port: 4_040))
    #expect(four.address == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1])
    #expect(Endpoint(address: four.address, port: 4_040) == four)
    for count in [0, 3, 5, 15, 17] { #expect(Endpoint(address: [UInt8](repeating: 1, count: count), port: 1) == nil) }
  }

  @Test func kinds() throws {
    func kinds(_ text: String) throws -> String {
      let endpoint = try #require(Endpoint(text: utf8(text)))
      return [
        (endpoint.isLoopback, "loopback"), (endpoint.isLinkLocal, "link"), (endpoint.isMulticast, "multicast"),
        (endpoint.isUnspecified, "unspecified"), (endpoint.isDialable, "dialable"),
      ].filter(\.0).map(\.1).joined(separator: " ")
    }
    #expect(try kinds("127.255.255.254:1") == "loopback dialable")
    #expect(try kinds("[::1]:1") == "loopback dialable")
    #expect(try kinds("169.254.3.4:1") == "link dialable")
    #expect(try kinds("[fe80::1%2]:1") == "link dialable")
    #expect(try kinds("[febf::1]:1") == "link dialable")
    #expect(try kinds("[fec0::1]:1") == "dialable")
    #expect(try kinds("224.0.0.251:1") == "multicast")
    #expect(try kinds("239.255.255.255:1") == "multicast")
    #expect(try kinds("240.0.0.1:1") == "dialable")
    #expect(try kinds("[ff02::1]:1") == "multicast")
    #expect(try kinds("0.0.0.0:1") == "unspecified")
    #expect(try kinds("[::]:1") == "unspecified")
    #expect(try kinds("255.255.255.255:1") == "")
    #expect(try kinds("10.0.0.1:0") == "")
  }
}
