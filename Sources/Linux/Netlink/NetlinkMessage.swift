import Basics

/// A message of rtnetlink, as far as interfaces and addresses go.
public enum NetlinkMessage: Equatable, Sendable {
  /// An interface, as RTM_NEWLINK tells it.
  public struct Link: Equatable, Sendable {
    /// The kernel's number for it.
    public var index: UInt32
    /// IFF_ flags, netdevice(7).
    public var flags: UInt32
    /// 1 to 15 bytes; empty when the message names none.
    public var name: [UInt8]
  }

  /// An interface is there, or has changed.
  case link(Link)
  /// An interface is gone.
  case linkGone(index: UInt32)
  /// An interface has the address.
  case address(index: UInt32, Interface.Address)
  /// An interface has the address no more.
  case addressGone(index: UInt32, Interface.Address)
  /// Some route changed.
  case route
  /// The end of a dump.
  case done(sequence: UInt32)
  /// The kernel refuses a request: errno, or 0 for an acknowledgement.
  case failure(sequence: UInt32, number: Int32)
  /// Messages were lost, or what a dump tells of changed under it: only another dump tells it all.
  case overrun
  /// A type, or a family of addresses, that is none of ours.
  case other
}

/// Bytes that are no rtnetlink messages.
public enum NetlinkError: Error, Equatable, Sendable {
  /// Fewer bytes left than a message's header; where it begins.
  case tornHeader(offset: Int)
  /// The header's length does not fit the bytes; where the message begins.
  case tornMessage(offset: Int)
  /// Too short for its type; where the body begins.
  case tornBody(offset: Int)
  /// An attribute's length does not fit; where it begins.
  case tornAttribute(offset: Int)
  /// A prefix longer than its address; where the body begins.
  case badPrefix(offset: Int)
}

/// Reads one datagram's messages. Pure: the bytes may be anything.
public struct NetlinkReader {
  private let bytes: [UInt8]
  private var offset = 0

  /// Reads one datagram's bytes.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next message; nil at the end.
  public mutating func next() throws(NetlinkError) -> NetlinkMessage? {
    guard offset < bytes.count else { return nil }
    guard bytes.count - offset >= 16 else { throw .tornHeader(offset: offset) }
    let start = offset
    let length = Int(word(start))
    guard length >= 16, length <= bytes.count - start else { throw .tornMessage(offset: start) }
    offset = min(bytes.count, start + (length + 3) & ~3)
    let body = (start + 16)..<(start + length)
    let sequence = word(start + 8)
    // NLM_F_DUMP_INTR
    if half(start + 6) & 0x10 != 0 { return .overrun }
    switch half(start + 4) {
    case 2:
      guard body.count >= 4 else { throw .tornBody(offset: start) }
      return .failure(sequence: sequence, number: 0 &- Int32(bitPattern: word(body.lowerBound)))
    case 3: return .done(sequence: sequence)
    case 4: return .overrun
    case 16:
      guard let link = try link(body) else { return .other }
      return .link(link)
    case 17:
      guard let link = try link(body) else { return .other }
      return .linkGone(index: link.index)
    case 20:
      guard let (index, address) = try address(body) else { return .other }
      return .address(index: index, address)
    case 21:
      guard let (index, address) = try address(body) else { return .other }
      return .addressGone(index: index, address)
    case 24, 25: return .route
    default: return .other
    }
  }

  /// struct ifinfomsg and its attributes; nil for what a bridge says of its ports (AF_BRIDGE), which do not go when they leave it.
  private func link(_ body: Range<Int>) throws(NetlinkError) -> NetlinkMessage.Link? {
    guard body.count >= 16 else { throw .tornBody(offset: body.lowerBound) }
    var link = NetlinkMessage.Link(index: word(body.lowerBound + 4), flags: word(body.lowerBound + 8), name: [])
    try attributes(body.dropFirst(16)) { type, value in
      // IFLA_IFNAME: at most 15 bytes and a NUL.
      if type == 3 { link.name = Array(bytes[value].prefix(15).prefix { $0 != 0 }) }
    }
    return bytes[body.lowerBound] == 0 ? link : nil
  }

  /// struct ifaddrmsg and its attributes; nil for other families than the two.
  private func address(_ body: Range<Int>) throws(NetlinkError) -> (UInt32, Interface.Address)? {
    guard body.count >= 8 else { throw .tornBody(offset: body.lowerBound) }
    let family = bytes[body.lowerBound]
    let prefixLength = bytes[body.lowerBound + 1]
    let index = word(body.lowerBound + 4)
    let width = family == 2 ? 4 : 16
    var own: Endpoint?
    var local: Endpoint?
    var broadcast: Endpoint?
    try attributes(body.dropFirst(8)) { type, value in
      guard value.count == width else { return }
      switch type {
      case 1: own = ip(value, scope: index)
      case 2: local = ip(value, scope: index)
      case 4: broadcast = ip(value, scope: index)
      default: break
      }
    }
    guard family == 2 || family == 10 else { return nil }
    guard prefixLength <= width * 8 else { throw .badPrefix(offset: body.lowerBound) }
    // On point-to-point links IFA_ADDRESS is the other side's; IFA_LOCAL is ours where it is given.
    guard let address = local ?? own else { return nil }
    if broadcast == nil, address.isLoopback, let ipv4 = address.ipv4 {
      // The kernel names no broadcast address for loopback, although the highest one works as such.
      broadcast = Endpoint(ipv4: ipv4 | (prefixLength == 0 ? .max : UInt32.max >> UInt32(prefixLength)), port: 0)
    }
    let peer = own == address ? nil : own
    return (
      index, Interface.Address(address: address, prefixLength: prefixLength, peer: peer, broadcast: broadcast)
    )
  }

  private func attributes(
    _ body: Range<Int>, _ visit: (_ type: UInt16, _ value: Range<Int>) -> Void
  ) throws(NetlinkError) {
    var at = body.lowerBound
    while at < body.upperBound {
      guard body.upperBound - at >= 4 else { throw .tornAttribute(offset: at) }
      let length = Int(half(at))
      guard length >= 4, length <= body.upperBound - at else { throw .tornAttribute(offset: at) }
      // The two highest bits are flags.
      visit(half(at + 2) & 0x3fff, (at + 4)..<(at + length))
      at += (length + 3) & ~3
    }
  }

  private func ip(_ value: Range<Int>, scope: UInt32) -> Endpoint {
    if value.count == 4 {
      return Endpoint(ipv4: bytes[value].reduce(0) { $0 << 8 | UInt32($1) }, port: 0)
    }
    let middle = value.lowerBound + 8
    var address = Endpoint(
      high: bytes[value.lowerBound..<middle].reduce(0) { $0 << 8 | UInt64($1) },
      low: bytes[middle..<value.upperBound].reduce(0) { $0 << 8 | UInt64($1) }, port: 0)
    if address.isLinkLocal && !address.isIPv4 { address.scope = scope }
    return address
  }

  // Netlink is in the machine's own byte order, which is little-endian on all that we run on.
  private func word(_ at: Int) -> UInt32 {
    UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16 | UInt32(bytes[at + 3]) << 24
  }

  private func half(_ at: Int) -> UInt16 { UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8 }
}
