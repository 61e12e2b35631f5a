import CLinux

/// An IP address and port. IPv4 is held as the IPv4-mapped IPv6 address `::ffff:a.b.c.d`.
public struct SocketAddress: Hashable, Sendable {
  /// The address's first eight bytes, big-endian.
  public var high: UInt64
  /// The address's last eight bytes, big-endian.
  public var low: UInt64
  /// The interface index that a link-local IPv6 address needs, else 0.
  public var scope: UInt32
  /// TCP or UDP, in host order.
  public var port: UInt16

  /// An IPv6 address, or an IPv4-mapped one, as two numbers in network order.
  public init(high: UInt64, low: UInt64, scope: UInt32 = 0, port: UInt16) {
    self.high = high
    self.low = low
    self.scope = scope
    self.port = port
  }

  /// An IPv4 address from its 32 bits in host order.
  public init(ipv4: UInt32, port: UInt16) {
    self.init(high: 0, low: 0xffff_0000_0000 | UInt64(ipv4), port: port)
  }

  /// `::`, which a dual-stack listener binds.
  public static func any(port: UInt16) -> SocketAddress { SocketAddress(high: 0, low: 0, port: port) }
  /// `0.0.0.0`
  public static func anyIPv4(port: UInt16) -> SocketAddress { SocketAddress(ipv4: 0, port: port) }
  /// `127.0.0.1`
  public static func loopback(port: UInt16) -> SocketAddress { SocketAddress(ipv4: 0x7f00_0001, port: port) }
  /// `255.255.255.255`
  public static func broadcast(port: UInt16) -> SocketAddress { SocketAddress(ipv4: 0xffff_ffff, port: port) }

  /// Whether it is IPv4, kept as an IPv4-mapped IPv6 address.
  public var isIPv4: Bool { high == 0 && low >> 32 == 0xffff }

  /// The IPv4 address's 32 bits in host order; nil for IPv6.
  public var ipv4: UInt32? { isIPv4 ? UInt32(truncatingIfNeeded: low) : nil }

  /// `127.0.0.0/8` or `::1`
  public var isLoopback: Bool {
    if isIPv4 { return (low >> 24) & 0xff == 127 }
    return high == 0 && low == 1
  }

  /// 169.254/16 or fe80::/10.
  public var isLinkLocal: Bool {
    if isIPv4 { return (low >> 16) & 0xffff == 0xa9fe }
    return high >> 54 == 0x3fa
  }

  init(_ ip: clinux_ip) {
    self.init(high: ip.high, low: ip.low, scope: ip.scope, port: ip.port)
  }

  var ip: clinux_ip { clinux_ip(high: high, low: low, scope: scope, port: port) }

  /// The sixteen bytes of the address.
  var octets: [UInt8] {
    var octets: [UInt8] = []
    octets.reserveCapacity(16)
    for word in [high, low] {
      for shift in stride(from: UInt64(56), through: 0, by: -8) {
        octets.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    return octets
  }
}

extension SocketAddress {
  /// `192.168.1.2:4040` or `[fe80::1%3]:4040`.
  public var text: [UInt8] {
    var text: [UInt8] = isIPv4 ? [] : [UInt8(ascii: "[")]
    text += addressText
    if !isIPv4 { text.append(UInt8(ascii: "]")) }
    text.append(UInt8(ascii: ":"))
    text += decimal(UInt64(port))
    return text
  }

  /// `192.168.1.2` or `fe80::1%3`.
  public var addressText: [UInt8] {
    let wanted = isIPv4 ? Array(octets[12...]) : octets
    var room = [CChar](repeating: 0, count: 64)
    guard clinux_format_ip(wanted, isIPv4 ? 0 : 1, &room, room.count) == 0 else { return [] }
    var text = room.withUnsafeBufferPointer { bytes(of: $0.baseAddress!) }
    if scope != 0 {
      text.append(UInt8(ascii: "%"))
      text += decimal(UInt64(scope))
    }
    return text
  }

  /// Reads `192.168.1.2:4040`, `192.168.1.2`, `[fe80::1%wlan0]:4040`, `[::1]`, `::1`. No name is looked up.
  public init?(text: [UInt8], defaultPort: UInt16 = 0) {
    let colon = UInt8(ascii: ":")
    var address = text[...]
    var port = defaultPort
    var portText: ArraySlice<UInt8>?
    if text.first == UInt8(ascii: "[") {
      guard let close = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
      address = text[1..<close]
      let rest = text[(close + 1)...]
      if !rest.isEmpty {
        guard rest.first == colon else { return nil }
        portText = rest.dropFirst()
      }
      guard address.contains(colon) else { return nil }
    } else if let first = text.firstIndex(of: colon), text.lastIndex(of: colon) == first {
      address = text[..<first]
      portText = text[(first + 1)...]
    }
    if let portText {
      guard let value = parseDecimal(portText), let exact = UInt16(exactly: value) else { return nil }
      port = exact
    }
    var scope: UInt32 = 0
    if let percent = address.firstIndex(of: UInt8(ascii: "%")) {
      let name = Array(address[(percent + 1)...])
      address = address[..<percent]
      if let number = parseDecimal(name) {
        guard let exact = UInt32(exactly: number) else { return nil }
        scope = exact
      } else {
        guard let index = try? withCString("if_nametoindex", name, { clinux_interface_index($0) }), index != 0
        else { return nil }
        scope = index
      }
    }
    let isIPv6 = address.contains(colon)
    if scope != 0 && !isIPv6 { return nil }
    var octets = [UInt8](repeating: 0, count: 16)
    let parsed = try? withCString("inet_pton", Array(address)) { clinux_parse_ip($0, isIPv6 ? 1 : 0, &octets) }
    guard parsed == 0 else { return nil }
    if !isIPv6 {
      octets = [UInt8](repeating: 0, count: 10) + [0xff, 0xff] + octets[..<4]
    }
    self.init(
      high: octets[..<8].reduce(0) { $0 << 8 | UInt64($1) },
      low: octets[8...].reduce(0) { $0 << 8 | UInt64($1) },
      scope: scope, port: port)
  }
}
