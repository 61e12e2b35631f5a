import CoreMetrics

/// What a node counts. Every figure carries the dimension `node`, its fingerprint.
///
/// | label | dimension | is |
/// |---|---|---|
/// | `peernet.calls` | `outcome` | calls of ours that ended |
/// | `peernet.call.duration` | | from sending to the end |
/// | `peernet.requests` | `outcome` | requests of peers |
/// | `peernet.connections.opened`, `.closed` | | authenticated connections |
/// | `peernet.connections.rejected` | | connections of others that were not admitted |
/// | `peernet.dials.failed` | | dials of ours that came to nothing |
/// | `peernet.peers.connected` | | trusted peers that can be called now |
struct NodeMetrics {
  let calls: [String: Counter]
  let requests: [String: Counter]
  let callDuration: Timer
  let opened: Counter
  let closed: Counter
  let rejected: Counter
  let failedDials: Counter
  let connected: Gauge

  static let callOutcomes = ["answered", "error", "timed_out", "lost", "cancelled", "stopped", "not_sent"]
  static let requestOutcomes = ["answered", "error", "failed", "refused"]

  init(node: String, factory: (any MetricsFactory)?) {
    let factory = factory ?? MetricsSystem.factory
    let dimensions = [("node", node)]
    func counter(_ label: String) -> Counter { Counter(label: label, dimensions: dimensions, factory: factory) }
    func counters(_ label: String, _ outcomes: [String]) -> [String: Counter] {
      Dictionary(
        uniqueKeysWithValues: outcomes.map {
          ($0, Counter(label: label, dimensions: dimensions + [("outcome", $0)], factory: factory))
        })
    }
    calls = counters("peernet.calls", Self.callOutcomes)
    requests = counters("peernet.requests", Self.requestOutcomes)
    callDuration = Timer(label: "peernet.call.duration", dimensions: dimensions, factory: factory)
    opened = counter("peernet.connections.opened")
    closed = counter("peernet.connections.closed")
    rejected = counter("peernet.connections.rejected")
    failedDials = counter("peernet.dials.failed")
    connected = Gauge(label: "peernet.peers.connected", dimensions: dimensions, factory: factory)
  }
}
