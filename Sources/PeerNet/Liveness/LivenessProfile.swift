/// What kind of link a node lives on: how soon a silent peer is noticed, and what the watch may cost (Protocol, Heartbeat).
public enum LivenessProfile: UInt8, Hashable, Sendable, CaseIterable {
  /// A cable: short answers, nothing to save.
  case wired
  /// Wi-Fi, good or bad; the default.
  case wifi
  /// A link that is paid by the byte.
  case metered
  /// A node that sleeps between its wake-ups.
  case battery

  /// As in a configuration file.
  public var name: StaticString {
    switch self {
    case .wired: "wired"
    case .wifi: "wifi"
    case .metered: "metered"
    case .battery: "battery"
    }
  }

  /// Reads a name; nil for any other.
  public init?(name: some Sequence<UInt8>) {
    guard let profile = Self.allCases.first(where: { name.elementsEqual($0.name.withUTF8Buffer { Array($0) }) }) else {
      return nil
    }
    self = profile
  }
}
