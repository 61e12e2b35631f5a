import PeerNet
import Seeds

extension Policy {
  /// What our frames weigh: length, a sealed ping or pong with its nonce, tag.
  public static let ourBytes = 50
  /// A datagram of ours: session id 8, counter 8, sealed kind, number and count of bytes 17, tag 16.
  public static let ourProbeBytes = 49

  /// As it was: ping after 6 s of silence less up to a tenth, dead after 15 s; the kernel is told 15 s, too.
  public static let before = keepalive(
    "PeerNet before (6/15 s)", .init(interval: .seconds(6), jitter: 0.1, silence: .seconds(15)), bytes: ourBytes,
    userTimeout: .seconds(15))
  /// The original that we speak with.
  public static let original = keepalive(
    "original (30/60 s)", .init(interval: .seconds(30), onlyWhenSilent: false, silence: .seconds(60)), bytes: 40)
  /// rust-libp2p's ping: 32 bytes that are echoed, 15 s after the last success, 20 s for the answer.
  public static let libp2p = keepalive(
    "libp2p ping (15/20 s)", .init(interval: .seconds(15), onlyWhenSilent: false, answer: .seconds(20)), bytes: 62)
  /// ESPHome's native API: a ping after 20 s, given up 90 s after it.
  public static let espHome = keepalive(
    "ESPHome (20/90 s)", .init(interval: .seconds(20), answer: .seconds(90)), bytes: 22)
  /// Zenoh's lease of 10 s, kept by four words of each side; what was heard does not put them off.
  public static let zenoh = keepalive(
    "Zenoh (lease 10 s)",
    .init(interval: .milliseconds(2_500), onlyWhenSilent: false, asks: false, silence: .seconds(10)), bytes: 3)
  public static let wireGuard = Policy(
    name: "WireGuard (25 s)",
    bytes: { message, _ in
      switch message {
      case .ping: 148
      case .pong: 92
      case .beat: 32
      }
    }, usesStream: false
  ) { WireGuardDetector(dice: $0, now: $1) }
  /// iroh: QUIC with a keepalive of 5 s and an idle timeout of 15 s.
  public static let iroh = Policy(name: "iroh, QUIC (5/15 s)", bytes: { _, _ in 32 }, usesStream: false) {
    QUICDetector(now: $1)
  }
  /// What ships, with the default profile.
  public static let ours = liveness("PeerNet", .wifi)
  /// The same towards a peer that answers no datagrams, as every BEAM peer: how far TCP alone goes.
  public static let oursWithoutProbes = liveness("PeerNet, no probes", .wifi, sendsProbes: false)
  /// What ships for a node that sleeps between its wake-ups.
  public static let oursOnBattery = liveness("PeerNet, battery", .battery)

  /// All of them, in the order of the table.
  public static let all = [
    ours, liveness("PeerNet, wired", .wired), liveness("PeerNet, metered", .metered), oursOnBattery,
    oursWithoutProbes, before, original, wireGuard, iroh, libp2p, espHome, zenoh,
  ]

  private static func liveness(_ name: String, _ profile: LivenessProfile, sendsProbes: Bool = true) -> Policy {
    var policy = liveness(name, profile.rules, sendsProbes: sendsProbes)
    if sendsProbes { policy.profile = profile }
    return policy
  }

  /// The product's own `Liveness` by such rules.
  public static func liveness(_ name: String, _ rules: LivenessRules, sendsProbes: Bool = true) -> Policy {
    Policy(
      name: name, bytes: { _, channel in channel == .stream ? ourBytes : ourProbeBytes }, userTimeout: rules.userTimeout
    ) { LivenessDetector(rules, sendsProbes: sendsProbes, dice: $0, now: $1) }
  }

  private static func keepalive(
    _ name: String, _ rules: KeepaliveDetector.Rules, bytes: Int, userTimeout: TimeSpan? = nil
  ) -> Policy {
    Policy(name: name, bytes: { _, _ in bytes }, userTimeout: userTimeout) {
      KeepaliveDetector(rules, dice: $0, now: $1)
    }
  }
}
