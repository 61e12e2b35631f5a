import PeerNet
import Sodium

/// Has the store do one thing after the other, away from the node: a slow disk must not delay a heartbeat.
actor Bookkeeper {
  /// A trust list with the number of the change that made it: a caller may come to know of two in the wrong order.
  struct Revision {
    let number: UInt64
    let list: TrustList
  }

  private let store: any PeerStore
  private var number: UInt64 = 0

  init(_ store: any PeerStore) { self.store = store }

  func changeTrust(_ change: @Sendable (inout TrustList) throws -> Void) throws -> Revision {
    revision(try store.changeTrust(change))
  }

  func trust() throws -> Revision { revision(try store.trust()) }

  func remember(_ peers: [PeerMemory.Peer]) throws { for peer in peers { try store.remember(peer) } }

  func forget(_ key: PublicKey) throws { try store.forget(key) }

  private func revision(_ list: TrustList) -> Revision {
    number += 1
    return Revision(number: number, list: list)
  }
}
