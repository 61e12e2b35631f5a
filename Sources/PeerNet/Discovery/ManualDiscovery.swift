import Sodium

/// Addresses that the operator wrote down, sighted at the start and whenever they may be worth another try.
public final class ManualDiscovery: Discovery {
  /// A key and where it is reached, as the operator wrote it down.
  public struct Address: Hashable, Sendable {
    /// Whom the operator expects there. A dial that finds another key fails.
    public let key: PublicKey
    /// The address and TCP port.
    public let endpoint: Endpoint

    /// Several addresses of one key are several of these.
    public init(key: PublicKey, endpoint: Endpoint) {
      self.key = key
      self.endpoint = endpoint
    }
  }

  private let addresses: [Address]
  private var pending: [Address]
  private var now: Instant

  /// Sights all the addresses at once.
  public init(_ addresses: [Address], now: Instant) {
    self.addresses = addresses
    self.now = now
    pending = addresses.reversed()
  }

  public func receive(_ datagram: [UInt8], from source: Endpoint, link: UInt32?, now: Instant) {}

  public func nextOutput() -> DiscoveryOutput? {
    guard let next = pending.popLast() else { return nil }
    return .sighting(Sighting(key: next.key, endpoint: next.endpoint, source: .manual, at: now))
  }

  public var deadline: Instant? { nil }

  /// Nothing is ever due.
  public func timeout(now: Instant) {}

  public func networkChanged(now: Instant) { sightAll(now) }

  public func solicit(now: Instant) { sightAll(now) }

  private func sightAll(_ now: Instant) {
    self.now = now
    pending = addresses.reversed()
  }
}
