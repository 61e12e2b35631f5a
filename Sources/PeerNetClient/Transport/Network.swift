import PeerNet

/// How a node is on the network. A transport takes of it what its platform has.
public struct Network: Sendable {
  /// The address to take connections at, with port 0 for any free one; nil for a node that only dials.
  public var listen: Endpoint?
  /// The UDP port on which nodes announce themselves and ask for each other; nil for a node that does neither.
  public var discoveryPort: UInt16? = 4_040
  /// The names of the interfaces that discovery may use; nil allows all.
  public var interfaces: [String]?
  /// Whether a node that listens announces itself. Announces tell everyone in the neighbourhood its public key.
  public var announces = true

  /// A node that looks for others on every interface and cannot be dialled itself.
  public init(
    listen: Endpoint? = nil, discoveryPort: UInt16? = 4_040, interfaces: [String]? = nil, announces: Bool = true
  ) {
    self.listen = listen
    self.discoveryPort = discoveryPort
    self.interfaces = interfaces
    self.announces = announces
  }
}
