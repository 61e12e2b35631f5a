import Logging
import PeerNet
import Sodium

// Who is trusted, and how it is with them.
extension PeerNode {
  // MARK: Looking

  /// Every trusted peer and its state, ordered by key.
  public var statuses: [Node.PeerStatus] { node?.statuses ?? [] }

  /// One trusted peer's state; nil for a key that is not trusted.
  public func status(of key: PublicKey) -> Node.PeerStatus? { node?.status(of: key) }

  /// The last times that a peer was lost since the node started, at most eight, oldest first.
  ///
  /// A connection whose place another one took is no loss, nor is a dial that failed.
  public func disconnects(of key: PublicKey) -> [Disconnect] { histories[key]?.disconnects ?? [] }

  /// Where a peer was proven, the latest first; none for one that was never reached.
  public func addresses(of key: PublicKey) -> [Endpoint] { remembered[key]?.addresses ?? [] }

  /// When a peer was last connected before this node started, in seconds since 1970, as far as its store knows.
  public func lastSeen(of key: PublicKey) -> UInt64? { remembered[key]?.seen }

  /// Whether a call to the peer would be sent now.
  public func isConnected(to key: PublicKey) -> Bool { node?.status(of: key)?.isConnected ?? false }

  /// Every trusted peer and its state, now and after each change. A listener that is slow gets the latest only.
  ///
  /// It ends when the node has stopped.
  public var peers: AsyncStream<[Node.PeerStatus]> {
    let (stream, continuation) = peerListeners.add(keeping: 1) { [weak self] id in
      Task { [weak self] in await self?.forgetPeerListener(id) }
    }
    continuation.yield(statuses)
    return stream
  }

  /// Everything that happens from now on. A listener that falls 4,096 events behind loses the oldest.
  ///
  /// It ends when the node has stopped.
  public var events: AsyncStream<Event> {
    eventListeners.add(keeping: 4_096) { [weak self] id in
      Task { [weak self] in await self?.forgetEventListener(id) }
    }.0
  }

  private func forgetPeerListener(_ id: UInt64) { peerListeners.remove(id) }
  private func forgetEventListener(_ id: UInt64) { eventListeners.remove(id) }

  func publishPeers() {
    if !peerListeners.isEmpty { peerListeners.tell(statuses) }
  }

  /// Asks every node in the neighbourhood where it is. What comes of it are ``/PeerNet/Event/sighted(_:)`` events.
  public func solicit() { perform { $0.solicit(now: $1) } }

  // MARK: Pairing

  /// Trusts a key from now on and keeps that. It must trust this node as well; until then it turns us away.
  ///
  /// Of a key that is trusted already only what is named changes.
  ///
  /// - Parameters:
  ///   - label: what to call it here, unique in the list.
  ///   - grants: what it may call here; nil leaves it, which for a new peer is nothing.
  ///   - wire: the wire it speaks; nil leaves it to be found out.
  ///   - endpoints: where it may be reached.
  /// - Throws: ``PeerNetError/ownKey``, `TrustListError`, or what the store throws; nothing has changed then.
  public func pair(
    _ key: PublicKey, label: String, allow grants: Grants? = nil, wire: Wire? = nil, at endpoints: [Endpoint] = []
  ) async throws {
    guard let node else { throw PeerNetError.stopped }
    guard key != node.publicKey else { throw PeerNetError.ownKey }
    let label = Array(label.utf8)
    let revision = try await bookkeeper.changeTrust {
      try $0.pair(key, label: label, grants: grants, wire: wire)
    }
    takeOver(revision)
    if !endpoints.isEmpty { perform { $0.connect(key, at: endpoints, now: $1) } }
  }

  /// Trusts a key no longer and forgets where it was. It is disconnected before this returns.
  ///
  /// - Throws: ``PeerNetError/untrustedPeer`` for a key that is not in the list, or what the store throws.
  public func unpair(_ key: PublicKey) async throws {
    guard node != nil else { throw PeerNetError.stopped }
    let revision = try await bookkeeper.changeTrust { list in
      guard list.entry(for: key) != nil else { throw PeerNetError.untrustedPeer }
      try list.remove(key)
    }
    takeOver(revision)
    remembered[key] = nil
    // What was learned of it a moment ago may not be kept yet, and would be after this.
    await remembering?.value
    try await bookkeeper.forget(key)
  }

  /// Reads the store's trust list again, which another process may have changed. Whoever is not in it any more is
  /// disconnected before this returns.
  ///
  /// - Throws: what the store throws; the list in force stays.
  public func reloadTrust() async throws { takeOver(try await bookkeeper.trust()) }

  func trustMayHaveChanged() async {
    do { try await reloadTrust() } catch {
      logger.warning("the trust list cannot be read; the last one stays in force", metadata: ["error": "\(error)"])
    }
  }

  private func takeOver(_ revision: Bookkeeper.Revision) {
    guard revision.number > trustRevision else { return }
    trustRevision = revision.number
    perform { $0.setTrust(revision.list, now: $1) }
    // Of a peer that was away no event tells.
    for waiter in waiters where status(of: waiter.key) == nil { endWaiter(waiter.id, PeerNetError.untrustedPeer) }
    histories = histories.filter { status(of: $0.key) != nil }
    publishPeers()
  }

  // MARK: Memory

  /// Has the store keep what is news, one lot after the other.
  func keepMemory() {
    guard let memory = node?.memory else { return }
    let news = memory.peers.filter { remembered[$0.key] != $0 }
    guard !news.isEmpty else { return }
    for peer in news { remembered[peer.key] = peer }
    let before = remembering
    remembering = Task {
      await before?.value
      do { try await bookkeeper.remember(news) } catch {
        logger.warning("could not keep where peers are", metadata: ["error": "\(error)"])
      }
    }
  }
}
