/// How a node behaves.
public struct NodeConfiguration: Sendable {
  /// The TCP port that is announced; nil announces nothing.
  public var announcedPort: UInt16?
  /// Whether to keep connected to every trusted peer whose address is known; otherwise only `connect` dials.
  public var dialsAutomatically = true
  /// How closely connections are watched, and at what cost.
  public var profile = LivenessProfile.wifi
  /// What this implementation chose (Protocol, Times and bounds).
  public var limits = Limits()
  /// Names of optional parts of PeerNet/2 that this node offers.
  public var features: [[UInt8]] = []

  /// The profile's times, with what the operator set apart from them.
  public var livenessRules: LivenessRules {
    var rules = profile.rules
    if let interval = limits.heartbeatInterval { rules.ask(every: interval) }
    if let timeout = limits.heartbeatTimeout { rules.giveUp(after: timeout) }
    return rules
  }

  /// What the hello says: nodes that save ask to be asked no more often than they ask themselves.
  var helloInterval: UInt32? {
    switch profile {
    case .wired, .wifi: nil
    case .metered, .battery: UInt32(clamping: livenessRules.interval.milliseconds)
    }
  }

  /// The defaults of Protocol, Times and bounds.
  public init() {}
}
