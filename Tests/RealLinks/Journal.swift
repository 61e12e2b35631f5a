import Linux
import PeerNet
import Synchronization

/// What happened, in order, and when it was heard of.
public final class Journal<Entry: Sendable>: Sendable {
  public struct Line: Sendable {
    public let at: Instant
    public let entry: Entry
  }

  private let lines = Mutex<[Line]>([])

  public init() {}

  public func write(_ entry: Entry) {
    let line = Line(at: Self.now(), entry: entry)
    lines.withLock { $0.append(line) }
  }

  /// What was written at `start` or later.
  public func lines(since start: Instant = .zero) -> [Line] {
    lines.withLock { $0.filter { $0.at >= start } }
  }

  /// The first such line since then.
  public func first(since start: Instant = .zero, where matches: (Entry) -> Bool) -> Line? {
    lines.withLock { $0.first { $0.at >= start && matches($0.entry) } }
  }

  /// The clock that it is written by.
  public static func now() -> Instant { Clock.now() }
}
