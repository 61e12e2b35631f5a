import PeerNet

/// Decides, in a system that is on trial, whether it works: what it hears of are the interfaces with a network and served peers.
///
/// Only what happens over the path counts that the board needs: a wifi that does not come up any more is not made good by a
/// cable. It confirms as soon as there is a network and an authenticated peer was served by way of it, or when there was one for
/// as long as patience lasts, interruptions not counted: weak wifi must not undo a good system. It gives up when there was no
/// network for too long on end.
public struct Trial: Sendable {
  /// What is to be done, once.
  public enum Verdict: Hashable, Sendable {
    /// The running slot is to be confirmed.
    case confirm(Evidence)
    /// The reason is to be recorded and the board to be rebooted.
    case giveUp(SlotEnvironment.Reason)
  }

  /// Why a system is taken to work.
  public enum Evidence: Hashable, Sendable {
    /// A peer that is trusted was answered.
    case servedPeer
    /// It was up with a network for long enough.
    case patience
  }

  /// How long the network must have been up when no peer calls, if nothing else is configured.
  public static var standardPatience: TimeSpan { .seconds(300) }
  /// How long the network may be away, if nothing else is configured.
  public static var standardNetworkTimeout: TimeSpan { .seconds(600) }

  private let path: TrialPath
  private let patience: TimeSpan
  private let networkTimeout: TimeSpan
  private var isServed = false
  /// The time with a network before the present stretch of it.
  private var timeUp = TimeSpan.zero
  /// Since when the network is up, or since when it is down.
  private var since: Instant
  private var isUp = false

  private enum State {
    case watching
    /// The verdict was not taken yet.
    case decided(Verdict)
    case over
  }

  private var state = State.watching

  /// The network counts as down until it is said to be up.
  public init(
    path: TrialPath = .any, patience: TimeSpan = standardPatience, networkTimeout: TimeSpan = standardNetworkTimeout,
    now: Instant
  ) {
    self.path = path
    self.patience = patience
    self.networkTimeout = networkTimeout
    since = now
  }

  /// Reports which interfaces have a network now.
  public mutating func handleNetworks(_ interfaces: [[UInt8]], now: Instant) {
    setUp(interfaces.contains { counts($0) }, now: now)
    confirmIfServed()
  }

  /// A peer that is trusted was answered over this interface, nil when that cannot be told. Where it `provesNetwork` there is
  /// one, though all addresses may be good for one link only.
  public mutating func handleServed(over interface: [UInt8]?, provesNetwork: Bool, now: Instant) {
    guard counts(interface) else { return }
    if provesNetwork { setUp(true, now: now) }
    isServed = true
    confirmIfServed()
  }

  private func counts(_ interface: [UInt8]?) -> Bool {
    switch path {
    case .any: return true
    case .interfaces(let names): return interface.map { names.contains($0) } ?? false
    }
  }

  private mutating func setUp(_ isUp: Bool, now: Instant) {
    guard isUp != self.isUp else { return }
    if self.isUp { timeUp = timeUp + (now - since) }
    self.isUp = isUp
    since = now
  }

  private mutating func confirmIfServed() {
    if case .watching = state, isUp, isServed { state = .decided(.confirm(.servedPeer)) }
  }

  /// When ``timeout(now:)`` is due; nil once there was a verdict.
  public var deadline: Instant? {
    guard case .watching = state else { return nil }
    return since + (isUp ? patience - timeUp : networkTimeout)
  }

  /// ``deadline`` has come. Too early a call does nothing.
  public mutating func timeout(now: Instant) {
    guard let deadline, now >= deadline else { return }
    state = .decided(isUp ? .confirm(.patience) : .giveUp(.noNetwork))
  }

  /// What is to be done now, once; nil when nothing is.
  public mutating func nextOutput() -> Verdict? {
    guard case .decided(let verdict) = state else { return nil }
    state = .over
    return verdict
  }
}
