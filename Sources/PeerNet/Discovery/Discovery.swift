import Sodium

/// Where peers may be found: a state machine that is fed datagrams and time, and asked for outputs until there are
/// none. It opens no socket; whoever drives it does.
///
/// The driver listens on the discovery port and sends everything from a second socket on an ephemeral port, whose
/// datagrams it feeds in as well: unicast to a port shared by several processes reaches only one of them.
public protocol Discovery: AnyObject {
  /// Takes a datagram in. `onLink` says whether `source` lies in a network of the interface that it came in by.
  func receive(_ datagram: [UInt8], from source: Endpoint, onLink: Bool, now: Instant)

  /// What to do next; called until it is nil.
  func nextOutput() -> DiscoveryOutput?

  /// When `timeout` wants to be called, if ever.
  var deadline: Instant? { get }

  func timeout(now: Instant)

  /// An address or an interface came or went.
  func networkChanged(now: Instant)

  /// Somebody waits for a peer: ask now rather than wait for the next announce.
  func solicit(now: Instant)
}

public enum DiscoveryOutput: Hashable, Sendable {
  /// To 255.255.255.255 and each interface's directed broadcast address, at the discovery port.
  case broadcast([UInt8])
  case send([UInt8], to: Endpoint)
  case sighting(Sighting)
}

/// A hint, from anyone, that a key may be reached at an address.
public struct Sighting: Hashable, Sendable {
  public enum Source: Hashable, Sendable {
    case announce
    case answer
    /// From the operator's configuration.
    case manual
  }

  public let key: PublicKey
  public let endpoint: Endpoint
  public let source: Source
  public let at: Instant

  public init(key: PublicKey, endpoint: Endpoint, source: Source, at: Instant) {
    self.key = key
    self.endpoint = endpoint
    self.source = source
    self.at = at
  }
}
