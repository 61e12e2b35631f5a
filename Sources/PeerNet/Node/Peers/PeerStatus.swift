import Sodium

extension Node {
  /// What the node knows of a trusted peer.
  public struct PeerStatus: Sendable {
    /// The peer's line of the trust list.
    public let entry: TrustEntry
    /// Whether a call would be sent now.
    public let isConnected: Bool
    /// Since when it is connected.
    public let since: Instant?
    /// What the connection speaks; nil while there is none.
    public let wire: Wire?
    /// The other end of the connection, the address in use; nil while there is none.
    public let endpoint: Endpoint?
    /// Whether the connection's other end is alive, as far as we can tell; nil while there is no connection.
    public let liveness: LivenessState?
    /// Since when it is in that state.
    public let livenessSince: Instant?
    /// The smoothed round trip of pings, before the first the handshake's; nil while there is no connection.
    public let roundTrip: TimeSpan?
    /// How many of the last questions to this peer, at most 64, pings and probes, are settled: answered, or too late.
    public let asked: Int
    /// How many of those stayed without an answer in time: the loss seen is `unanswered / asked`.
    public let unanswered: Int
    /// When it was last heard on the connection.
    public let heard: Instant?
    /// Why the last connection, or the last attempt at one, ended; nil when none has.
    public let lastClose: CloseReason?
    /// When that was.
    public let lastClosed: Instant?
    /// The earliest next dial, while none is under way.
    public let nextDial: Instant?
    /// The rules that the connection is watched by.
    public let profile: LivenessProfile
  }

  /// Every trusted peer, ordered by key.
  public var statuses: [PeerStatus] { peers.map { status($0) } }

  /// One trusted peer's status; nil for a key that is not trusted.
  public func status(of key: PublicKey) -> PeerStatus? { peer(key).map { status($0) } }

  private func status(_ peer: PeerLinks) -> PeerStatus {
    let open = peer.best?.open
    let session = peer.best?.session
    let loss = session?.liveness?.loss
    return PeerStatus(
      entry: peer.entry, isConnected: peer.connectedSince != nil, since: peer.connectedSince,
      wire: session?.wire, endpoint: session?.endpoint,
      liveness: open.map { $0.standing.isSuspect ? .suspect : .alive }, livenessSince: open?.standingSince,
      roundTrip: session?.liveness?.roundTrip ?? session?.handshakeRoundTrip, asked: loss?.asked ?? 0,
      unanswered: loss?.unanswered ?? 0,
      heard: session?.liveness?.heard, lastClose: peer.lastEnd?.reason, lastClosed: peer.lastEnd?.at,
      nextDial: peer.connectedSince != nil || !peer.attempts.isEmpty ? nil : peer.redial.notBefore,
      profile: configuration.profile)
  }
}
