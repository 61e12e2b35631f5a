/// An IP address and a port. IPv4 stands in its IPv6-mapped form, so that one type, one order and one hash serve both.
public struct Endpoint: Hashable, Comparable, Sendable {
  /// The upper and the lower eight bytes of the IPv6 address, in network order.
  public let high: UInt64
  /// The lower eight bytes; for IPv4, `ffff` and the address (an IPv4-mapped one).
  public let low: UInt64
  /// The interface index of a link-local IPv6 address, else 0.
  public var scope: UInt32
  /// TCP or UDP, in host order; 0 is nowhere.
  public var port: UInt16

  /// An IPv6 address, or an IPv4-mapped one, as two numbers in network order.
  public init(high: UInt64, low: UInt64, scope: UInt32 = 0, port: UInt16) {
    self.high = high
    self.low = low
    self.scope = scope
    self.port = port
  }

  /// An IPv4 address, most significant byte first: 0x7f00_0001 is 127.0.0.1.
  public init(ipv4: UInt32, port: UInt16) {
    self.init(high: 0, low: Self.mappedPrefix | UInt64(ipv4), port: port)
  }

  /// Four bytes (IPv4) or sixteen (IPv6) in network order; nil for any other count.
  public init?(address: [UInt8], scope: UInt32 = 0, port: UInt16) {
    func word(_ range: Range<Int>) -> UInt64 { range.reduce(0) { $0 << 8 | UInt64(address[$1]) } }
    switch address.count {
    case 4: self.init(ipv4: UInt32(word(0..<4)), port: port)
    case 16: self.init(high: word(0..<8), low: word(8..<16), scope: scope, port: port)
    default: return nil
    }
  }

  private static let mappedPrefix: UInt64 = 0xffff_0000_0000

  /// The IPv6 address, sixteen bytes in network order.
  public var address: [UInt8] {
    (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - 8 * ($0 & 7))) }
  }

  /// The IPv4 address when this is one.
  public var ipv4: UInt32? {
    high == 0 && low >> 32 == 0xffff ? UInt32(truncatingIfNeeded: low) : nil
  }

  /// Whether it is IPv4.
  public var isIPv4: Bool { ipv4 != nil }

  /// `::`, every address of this machine, of both kinds of IP. As what a listener binds, port 0 means any free port.
  public static func any(port: UInt16 = 0) -> Endpoint { Endpoint(high: 0, low: 0, port: port) }
  /// `0.0.0.0`
  package static func anyIPv4(port: UInt16) -> Endpoint { Endpoint(ipv4: 0, port: port) }
  /// `127.0.0.1`. As what a listener binds, port 0 means any free port.
  public static func loopback(port: UInt16 = 0) -> Endpoint { Endpoint(ipv4: 0x7f00_0001, port: port) }
  /// `255.255.255.255`
  package static func broadcast(port: UInt16) -> Endpoint { Endpoint(ipv4: 0xffff_ffff, port: port) }

  /// The same address at another port.
  public func with(port: UInt16) -> Endpoint { Endpoint(high: high, low: low, scope: scope, port: port) }

  /// `0.0.0.0` or `::`: no host's address.
  package var isUnspecified: Bool { ipv4 == 0 || (high == 0 && low == 0) }

  /// `127.0.0.0/8` or `::1`: this host.
  public var isLoopback: Bool {
    if let ipv4 { return ipv4 >> 24 == 127 }
    return high == 0 && low == 1
  }

  /// `169.254.0.0/16` or `fe80::/10`: reached on one link only.
  public var isLinkLocal: Bool {
    if let ipv4 { return ipv4 >> 16 == 0xa9fe }
    return high >> 54 == 0xfe80 >> 6
  }

  /// `224.0.0.0/4` or `ff00::/8`: no single host's address.
  public var isMulticast: Bool {
    if let ipv4 { return ipv4 >> 28 == 0xe }
    return high >> 56 == 0xff
  }

  /// Whether a connection can be made to it at all: one host's address, and a port.
  public var isDialable: Bool {
    port != 0 && !isUnspecified && !isMulticast && ipv4 != .max
  }

  public static func < (left: Endpoint, right: Endpoint) -> Bool {
    (left.high, left.low, left.scope, left.port) < (right.high, right.low, right.scope, right.port)
  }
}
