import PeerNetClient

extension PeerNode {
  /// A node on this computer's network, on a thread of its own. Nothing is opened before it starts.
  public init(_ configuration: Configuration) throws(PeerNetError) {
    self.init(configuration, transport: try ReactorThread())
  }
}
