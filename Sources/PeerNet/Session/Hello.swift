import ETF

/// What two nodes of ours tell each other inside PeerNet/2's handshake (Protocol, Hello).
///
/// Strangers can read the responder's, so it holds no names and no software version.
public struct Hello: Hashable, Sendable {
  /// 16 random bytes chosen at process start: tells two processes of one identity apart.
  public var instance: [UInt8]
  /// Sorted names; a feature is in use when both sides list it.
  public var features: [[UInt8]]
  /// The UDP port that takes probes, with the feature `udp-probe`; nil without.
  public var probePort: UInt16?
  /// How often this node can bear to be asked, in milliseconds; nil as often as the peer likes.
  public var interval: UInt32?

  /// The feature of probes beside the stream (Protocol, Probe).
  public static let probeFeature = Array("udp-probe".utf8)

  static let version: Int64 = 2
  static let instanceCount = 16
  static let maximumFeatures = 32

  /// `instance` has 16 bytes; `features` may come in any order.
  public init(instance: [UInt8], features: [[UInt8]] = []) {
    self.instance = instance
    self.features = []
    for feature in features { insert(feature) }
  }

  // There are a few only.
  private mutating func insert(_ feature: [UInt8]) {
    features.insert(feature, at: features.firstIndex { feature.lexicographicallyPrecedes($0) } ?? features.count)
  }

  func encoded() -> [UInt8] {
    var pairs = [
      MapPair(.binary(utf8: "version"), .integer(Self.version)),
      MapPair(.binary(utf8: "instance"), .binary(instance)),
      MapPair(.binary(utf8: "features"), .list(features.map { .binary($0) })),
    ]
    if let probePort { pairs.append(MapPair(.binary(utf8: "udp"), .integer(Int64(probePort)))) }
    if let interval { pairs.append(MapPair(.binary(utf8: "interval"), .integer(Int64(interval)))) }
    return Term.map(pairs).encoded()
  }

  /// Unknown keys are ignored; a missing or misshapen known one refuses the hello.
  init(decoding bytes: [UInt8]) throws(SessionError) {
    guard bytes.count <= WireFormat.maximumHello, let term = try? Term.decode(bytes),
      term[binaryKey: "version"]?.int64 == Self.version,
      let instance = term[binaryKey: "instance"]?.binaryBytes, instance.count == Self.instanceCount,
      let listed = term[binaryKey: "features"]?.listElements, listed.count <= Self.maximumFeatures
    else { throw .peerSentBadHello }
    var features: [[UInt8]] = []
    for feature in listed {
      guard let name = feature.binaryBytes else { throw .peerSentBadHello }
      features.append(name)
    }
    self.init(instance: instance, features: features)
    if let udp = term[binaryKey: "udp"] {
      guard let port = udp.int64.flatMap({ UInt16(exactly: $0) }), port != 0 else { throw .peerSentBadHello }
      if features.contains(Self.probeFeature) { probePort = port }
    }
    if let asked = term[binaryKey: "interval"] {
      guard let milliseconds = asked.int64.flatMap({ UInt32(exactly: $0) }) else { throw .peerSentBadHello }
      interval = milliseconds
    }
  }

  /// Offers probes at a UDP port, or none any more.
  mutating func offerProbes(at port: UInt16?) {
    probePort = port
    features.removeAll { $0 == Self.probeFeature }
    if port != nil { insert(Self.probeFeature) }
  }
}
