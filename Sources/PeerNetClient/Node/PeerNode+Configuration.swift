import CoreMetrics
import Logging
import PeerNet

extension PeerNode {
  /// Who a node is and how it behaves.
  public struct Configuration: Sendable {
    /// Where its identity, its trust list and its memory are kept.
    public var store: any PeerStore
    /// How it is on the network.
    public var network = Network()
    /// The protocol's own settings. By default the node keeps connected to every trusted peer that it can find.
    public var node = NodeConfiguration()
    /// Takes what a person may want to know; silent unless set. It is never given a secret.
    public var logger = Logger(label: "peernet") { _ in SwiftLogNoOpLogHandler() }
    /// Takes the counters; nil for the process's own `MetricsSystem`.
    public var metrics: (any MetricsFactory)?

    /// A node of this store, with everything else as it usually is.
    public init(store: any PeerStore) { self.store = store }

    /// Whether to keep connected to every trusted peer that can be found; otherwise only ``PeerNode/connect(to:at:timeout:)``
    /// dials.
    public var connectsAutomatically: Bool {
      get { node.dialsAutomatically }
      set { node.dialsAutomatically = newValue }
    }
  }
}
