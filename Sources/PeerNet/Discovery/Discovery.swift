import Sodium

/// Where peers may be found: a state machine that is fed datagrams and time, and asked for outputs until there are
/// none. It opens no socket; whoever drives it does.
///
/// The driver listens on the discovery port and sends everything from a second socket on an ephemeral port, whose
/// datagrams it feeds in as well: unicast to a port shared by several processes reaches only one of them.
public protocol Discovery: AnyObject {
  /// Takes a datagram in. `link` is the index of the interface that it came in by; nil when `source` is no neighbour
  /// there.
  func receive(_ datagram: [UInt8], from source: Endpoint, link: UInt32?, now: Instant)

  /// What to do next; called until it is nil.
  func nextOutput() -> DiscoveryOutput?

  /// When `timeout` wants to be called, if ever.
  var deadline: Instant? { get }

  /// The time is now this: does what was due.
  func timeout(now: Instant)

  /// An address or an interface came or went.
  func networkChanged(now: Instant)

  /// Somebody waits for a peer: ask now rather than wait for the next announce.
  func solicit(now: Instant)
}

/// What a discovery wants done, or has seen.
public enum DiscoveryOutput: Hashable, Sendable {
  /// To 255.255.255.255 and each interface's directed broadcast address, at the discovery port.
  case broadcast([UInt8])
  /// One datagram to one address and port, out of the interface with the index `link`: two links may have the same
  /// addresses.
  case send([UInt8], to: Endpoint, link: UInt32)
  /// A key was seen at an address, or is said to be there.
  case sighting(Sighting)
}

/// A hint, from anyone, that a key may be reached at an address.
public struct Sighting: Hashable, Sendable {
  /// Where the hint came from.
  public enum Source: Hashable, Sendable {
    /// A datagram that came unasked.
    case announce
    /// A datagram that answers a question of ours.
    case answer
    /// From the operator's configuration.
    case manual
  }

  /// The key that is said to be reached.
  public let key: PublicKey
  /// The address and TCP port to dial.
  public let endpoint: Endpoint
  /// Where the hint came from.
  public let source: Source
  /// When it was seen.
  public let at: Instant

  /// For a discovery of the application's own.
  public init(key: PublicKey, endpoint: Endpoint, source: Source, at: Instant) {
    self.key = key
    self.endpoint = endpoint
    self.source = source
    self.at = at
  }
}
