import PeerNet
import Sodium

// Waiting for a connection.
extension PeerNode {
  struct Waiter {
    let id: UInt64
    let key: PublicKey
    /// Where the caller said that the peer is.
    let named: [Endpoint]
    let continuation: CheckedContinuation<Void, any Error>
  }

  /// Callers that wait for a connection, beyond which another one is refused.
  static let maximumWaiters = 4_096

  /// Waits until a peer is connected, dialling it at the given and every known address.
  ///
  /// The node keeps connected to it from then on, until ``disconnect(from:)``.
  ///
  /// - Throws: ``PeerNetError/untrustedPeer``, also when it is unpaired meanwhile; ``PeerNetError/unreachable(_:)`` when
  ///   the time is up, the peer has turned us away, or ``disconnect(from:)`` was called; ``PeerNetError/busy`` when 4,096
  ///   wait already; ``PeerNetError/stopped``, or `CancellationError`.
  public func connect(to key: PublicKey, at endpoints: [Endpoint] = [], timeout: Duration = .seconds(10))
    async throws
  {
    try Task.checkCancellation()
    let isTrusted = perform { node, now in
      guard node.connect(key, at: endpoints, now: now) else { return false }
      // Who waits already has asked the neighbourhood: a thousand callers ask once.
      if !isConnected(to: key), !waiters.contains(where: { $0.key == key }) { node.solicit(now: now) }
      return true
    }
    guard let isTrusted else { throw PeerNetError.stopped }
    guard isTrusted else { throw PeerNetError.untrustedPeer }
    if isConnected(to: key) { return }
    guard waiters.count < Self.maximumWaiters else { throw PeerNetError.busy }
    lastWaiter += 1
    let id = lastWaiter
    let deadline = Task { [weak self] in
      try await Task.sleep(for: timeout)
      await self?.giveUp(id)
    }
    defer { deadline.cancel() }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        waiters.append(Waiter(id: id, key: key, named: endpoints, continuation: continuation))
        if Task.isCancelled { endWaiter(id, CancellationError()) }
      }
    } onCancel: {
      Task { [weak self] in await self?.endWaiter(id, CancellationError()) }
    }
  }

  /// Starts with what the caller has read of the store, and waits for a peer, in one visit to the node.
  package func reach(
    _ key: PublicKey, at endpoints: [Endpoint], timeout: Duration, as identity: consuming KeyPair,
    trusting trust: TrustList, changes: AsyncStream<Void>
  ) async throws {
    try start(as: identity, trusting: trust, changes: changes)
    try await connect(to: key, at: endpoints, timeout: timeout)
  }

  /// Ends every connection to a peer and dials it no more; it may still dial us.
  public func disconnect(from key: PublicKey) {
    endWaiters(for: key, PeerNetError.unreachable(.disconnectRequested))
    perform { $0.disconnect(key, now: $1) }
  }

  /// Some failures do not mend by waiting: whoever waits for the peer hears of them soon.
  func refused(_ key: PublicKey, _ reason: CloseReason, at endpoint: Endpoint? = nil) {
    for waiter in waiters where waiter.key == key {
      switch reason {
      case .peerSaid(.untrusted), .peerSaid(.busy): endWaiter(waiter.id, PeerNetError.unreachable(reason))
      case .unpaired: endWaiter(waiter.id, PeerNetError.untrustedPeer)
      case .closedBeforeConfirmed:
        // Nothing was said. A BEAM peer that was dialling us closes ours as well, and its own is about to come.
        end(waiter, reason, after: .seconds(1))
      case .wrongPeer:
        // At an address that is only remembered or hinted at, anyone may answer by now. A BEAM peer tells another one
        // by an announce, every five seconds.
        let isNamed = endpoint.map { waiter.named.contains($0) } ?? true
        end(waiter, reason, after: isNamed ? .zero : .seconds(6))
      default: break
      }
    }
  }

  private func end(_ waiter: Waiter, _ reason: CloseReason, after grace: Duration) {
    guard grace > .zero else { return endWaiter(waiter.id, PeerNetError.unreachable(reason)) }
    Task { [weak self] in
      try await Task.sleep(for: grace)
      await self?.endWaiter(waiter.id, PeerNetError.unreachable(reason))
    }
  }

  private func giveUp(_ waiter: UInt64) {
    guard let key = waiters.first(where: { $0.id == waiter })?.key else { return }
    endWaiter(waiter, PeerNetError.unreachable(status(of: key)?.lastClose))
  }

  /// Ends every wait for a peer.
  func endWaiters(for key: PublicKey, _ error: (any Error)?) {
    for waiter in waiters where waiter.key == key { endWaiter(waiter.id, error) }
  }

  func endWaiter(_ waiter: UInt64, _ error: (any Error)?) {
    guard let index = waiters.firstIndex(where: { $0.id == waiter }) else { return }
    let continuation = waiters.remove(at: index).continuation
    if let error { continuation.resume(throwing: error) } else { continuation.resume() }
  }
}
