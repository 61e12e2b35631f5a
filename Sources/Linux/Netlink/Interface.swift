import Basics

/// A network interface and its addresses.
public struct Interface: Equatable, Sendable {
  /// An address of an interface.
  public struct Address: Equatable, Sendable {
    /// The address, with port 0 and, for link-local IPv6, the interface as its scope.
    public var address: Endpoint
    /// Leading bits that the link's addresses share: of 32 for IPv4, of 128 for IPv6.
    public var prefixLength: UInt8
    /// The other side's address, where the link has only two: then the prefix is of this one.
    public var peer: Endpoint?
    /// The directed broadcast address (IPv4 on interfaces that broadcast, and on loopback).
    public var broadcast: Endpoint?

    /// Whether the kernel takes the two for one. An interface may have an address several times, with several prefixes.
    func isSame(as other: Address) -> Bool {
      address == other.address && prefixLength == other.prefixLength && peer == other.peer
    }

    /// Whether `other` shares the address's prefix.
    func covers(_ other: Endpoint) -> Bool {
      let address = peer ?? address
      guard address.isIPv4 == other.isIPv4 else { return false }
      let bits = Int(prefixLength) + (address.isIPv4 ? 96 : 0)
      let highMask: UInt64 = bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits))
      let lowMask: UInt64 = bits <= 64 ? 0 : bits >= 128 ? .max : ~(UInt64.max >> UInt64(bits - 64))
      return (address.high ^ other.high) & highMask == 0 && (address.low ^ other.low) & lowMask == 0
    }
  }

  /// The kernel's number for it.
  public var index: UInt32
  /// 1 to 15 bytes, such as `eth0`.
  public var name: [UInt8]
  /// Administratively up.
  public var isUp: Bool
  /// Up, and its carrier too.
  public var isRunning: Bool
  /// IFF_LOOPBACK
  public var isLoopback: Bool
  /// IFF_BROADCAST
  public var canBroadcast: Bool
  /// IPv4 and IPv6, in the order in which the kernel told them.
  public var addresses: [Address]

  /// Whether a datagram from `source` that came in by this interface was sent by a neighbour on the link. Several
  /// interfaces may have the same addresses behind them, so this does not tell which one leads to an address.
  public func isOnLink(_ source: Endpoint) -> Bool {
    if source.isLoopback { return isLoopback }
    if source.isLinkLocal { return !isLoopback }
    return addresses.contains { $0.covers(source) }
  }
}

/// The interfaces of the system, as rtnetlink tells them, in the order of their indices.
public struct InterfaceTable: Equatable, Sendable {
  /// More interfaces, and more addresses of one, than these are not kept.
  public static var limit: Int { 256 }

  /// In the order in which the kernel told them.
  public private(set) var interfaces: [Interface] = []

  /// No interface is known.
  public init() {}

  /// The interface of that number; nil when there is none.
  public subscript(index: UInt32) -> Interface? {
    interfaces.first { $0.index == index }
  }

  /// The interface that has the address, whatever its port; nil when none has.
  public func interface(holding address: Endpoint) -> Interface? {
    interfaces.first { interface in
      (address.scope == 0 || address.scope == interface.index)
        && interface.addresses.contains { $0.address.high == address.high && $0.address.low == address.low }
    }
  }

  /// Whether `source`, seen on the interface of that index, is a neighbour.
  public func isOnLink(_ source: Endpoint, interface index: UInt32) -> Bool {
    self[index]?.isOnLink(source) ?? false
  }

  /// Takes a message in; true when something changed.
  public mutating func apply(_ message: NetlinkMessage) -> Bool {
    switch message {
    case .link(let link): return apply(link)
    case .linkGone(let index):
      let before = interfaces.count
      interfaces.removeAll { $0.index == index }
      return interfaces.count != before
    case .address(let index, let address):
      return update(index) { addresses in
        if let position = addresses.firstIndex(where: { $0.isSame(as: address) }) {
          addresses[position] = address
        } else if addresses.count < InterfaceTable.limit {
          addresses.append(address)
        }
      }
    case .addressGone(let index, let address):
      return update(index) { addresses in addresses.removeAll { $0.isSame(as: address) } }
    case .route, .done, .failure, .overrun, .other: return false
    }
  }

  private mutating func apply(_ link: NetlinkMessage.Link) -> Bool {
    var interface = Interface(
      index: link.index, name: link.name, isUp: link.flags & 0x1 != 0, isRunning: link.flags & 0x40 != 0,
      isLoopback: link.flags & 0x8 != 0, canBroadcast: link.flags & 0x2 != 0, addresses: [])
    guard let position = interfaces.firstIndex(where: { $0.index >= link.index }) else {
      guard interfaces.count < InterfaceTable.limit else { return false }
      interfaces.append(interface)
      return true
    }
    if interfaces[position].index == link.index {
      interface.addresses = interfaces[position].addresses
      if interface.name.isEmpty { interface.name = interfaces[position].name }
      guard interfaces[position] != interface else { return false }
      interfaces[position] = interface
    } else {
      guard interfaces.count < InterfaceTable.limit else { return false }
      interfaces.insert(interface, at: position)
    }
    return true
  }

  private mutating func update(_ index: UInt32, _ body: (inout [Interface.Address]) -> Void) -> Bool {
    guard let position = interfaces.firstIndex(where: { $0.index == index }) else { return false }
    var addresses = interfaces[position].addresses
    body(&addresses)
    guard addresses != interfaces[position].addresses else { return false }
    interfaces[position].addresses = addresses
    return true
  }
}
