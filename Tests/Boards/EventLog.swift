import PeerNet
import Synchronization

/// What the events of a node told, in order.
public final class EventLog: Sendable {
  private struct State {
    var closings: [CloseReason] = []
    var openings: [(wire: Wire, dialled: Bool)] = []
    var sightings: [Sighting] = []
  }

  private let state = Mutex(State())

  public init() {}

  /// Why connections have ended.
  public var closings: [CloseReason] { state.withLock { $0.closings } }
  /// Which connections it has dialled and accepted, and with which wire.
  public var openings: [(wire: Wire, dialled: Bool)] { state.withLock { $0.openings } }
  /// Who was heard where.
  public var sightings: [Sighting] { state.withLock { $0.sightings } }

  /// Writes down the events of a node, as long as it runs.
  public func follow(_ events: AsyncStream<Event>) {
    Task {
      for await event in events {
        state.withLock { state in
          if case .opened(_, _, _, let wire, let dialled) = event { state.openings.append((wire, dialled)) }
          if case .closed(_, _, let reason) = event { state.closings.append(reason) }
          if case .sighted(let sighting) = event { state.sightings.append(sighting) }
        }
      }
    }
  }
}
