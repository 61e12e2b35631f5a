import Hardware
import PeerNet

/// Time that passes when a test says so.
final class VirtualClock: BoardClock {
  private(set) var now = Instant(nanoseconds: 1_000_000_000_000)
  let start = Instant(nanoseconds: 1_000_000_000_000)
  private var scheduled: [(deadline: Instant, action: () -> Void)] = []

  var unixTime: Int64 { 1_700_000_000 + (now - start).seconds }
  var milliseconds: Int64 { (now - start).milliseconds }
  var nextDeadline: Instant? { scheduled.map(\.deadline).min() }

  func schedule(at deadline: Instant, _ action: @escaping () -> Void) {
    scheduled.append((deadline, action))
  }

  /// Goes to the next deadline and runs what is due then, in the order in which it was scheduled.
  func step() {
    guard let deadline = nextDeadline else { return }
    now = max(now, deadline)
    let due = scheduled.filter { $0.deadline <= now }
    scheduled.removeAll { $0.deadline <= now }
    for entry in due { entry.action() }
  }

  func advance(_ span: TimeSpan) {
    let end = now + span
    while let deadline = nextDeadline, deadline <= end { step() }
    now = max(now, end)
  }
}
