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
  /// How a call of ours ended.
  enum CallEnd: Int, CaseIterable {
    case answered, error, timedOut, lost, cancelled, stopped, notSent

    var outcome: String {
      switch self {
      case .answered: "answered"
      case .error: "error"
      case .timedOut: "timed_out"
      case .lost: "lost"
      case .cancelled: "cancelled"
      case .stopped: "stopped"
      case .notSent: "not_sent"
      }
    }
  }

  /// What became of a peer's request.
  enum RequestEnd: Int, CaseIterable {
    case answered, error, failed, refused

    var outcome: String {
      switch self {
      case .answered: "answered"
      case .error: "error"
      case .failed: "failed"
      case .refused: "refused"
      }
    }
  }

  /// A counter for each end, found without a search: some are counted at each call.
  struct Counters<End: CaseIterable & RawRepresentable> where End.RawValue == Int {
    private let counters: [Counter]

    init(_ counter: (End) -> Counter) { counters = End.allCases.map { counter($0) } }

    subscript(end: End) -> Counter { counters[end.rawValue] }
  }

  let calls: Counters<CallEnd>
  let requests: Counters<RequestEnd>
  let callDuration: Timer
  let opened: Counter
  let closed: Counter
  let rejected: Counter
  let failedDials: Counter
  let connected: Gauge

  init(node: String, factory: (any MetricsFactory)?) {
    let factory = factory ?? MetricsSystem.factory
    let dimensions = [("node", node)]
    func counter(_ label: String, _ outcome: String? = nil) -> Counter {
      Counter(label: label, dimensions: dimensions + (outcome.map { [("outcome", $0)] } ?? []), factory: factory)
    }
    calls = Counters { counter("peernet.calls", $0.outcome) }
    requests = Counters { counter("peernet.requests", $0.outcome) }
    callDuration = Timer(label: "peernet.call.duration", dimensions: dimensions, factory: factory)
    opened = counter("peernet.connections.opened")
    closed = counter("peernet.connections.closed")
    rejected = counter("peernet.connections.rejected")
    failedDials = counter("peernet.dials.failed")
    connected = Gauge(label: "peernet.peers.connected", dimensions: dimensions, factory: factory)
  }
}
