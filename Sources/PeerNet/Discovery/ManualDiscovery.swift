import Sodium

/// Addresses that the operator wrote down, sighted at the start and whenever they may be worth another try.
public final class ManualDiscovery: Discovery {
  public struct Address: Hashable, Sendable {
    public let key: PublicKey
    public let endpoint: Endpoint

    public init(key: PublicKey, endpoint: Endpoint) {
      self.key = key
      self.endpoint = endpoint
    }
  }

  private let addresses: [Address]
  private var pending: [Address]
  private var now: Instant

  public init(_ addresses: [Address], now: Instant) {
    self.addresses = addresses
    self.now = now
    pending = addresses.reversed()
  }

  public func receive(_ datagram: [UInt8], from source: Endpoint, onLink: Bool, now: Instant) {}

  public func nextOutput() -> DiscoveryOutput? {
    guard let next = pending.popLast() else { return nil }
    return .sighting(Sighting(key: next.key, endpoint: next.endpoint, source: .manual, at: now))
  }

  public var deadline: Instant? { nil }

  public func timeout(now: Instant) {}

  public func networkChanged(now: Instant) { sightAll(now) }

  public func solicit(now: Instant) { sightAll(now) }

  private func sightAll(_ now: Instant) {
    self.now = now
    pending = addresses.reversed()
  }
}
