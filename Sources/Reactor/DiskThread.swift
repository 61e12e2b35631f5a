import Basics
import Linux

/// Runs work that waits for a disk outside the loop, which goes on meanwhile: one piece of work after the other, in the
/// order in which they came, each on a thread of its own.
///
/// The data that a piece of work uses belongs to it until its `then` is called. Everything else here belongs to the
/// loop.
public final class DiskThread: @unchecked Sendable {
  private final class Job: @unchecked Sendable {
    let owner: DiskThread
    let work: () -> Void
    let then: () -> Void

    init(_ owner: DiskThread, _ work: @escaping () -> Void, _ then: @escaping () -> Void) {
      self.owner = owner
      self.work = work
      self.then = then
    }

    /// On the thread.
    func run() {
      work()
      owner.reactor.waker.post { self.owner.ended(self) }
    }
  }

  private let reactor: Reactor
  private var waiting: [Job] = []
  /// Whether there is work that has not ended.
  public private(set) var isBusy = false

  /// Starts without a thread.
  public init(reactor: Reactor) { self.reactor = reactor }

  /// Runs `work` on the thread and then `then` on the loop.
  public func run(_ work: @escaping () -> Void, then: @escaping () -> Void) {
    waiting.append(Job(self, work, then))
    if !isBusy { startNext() }
  }

  /// Runs the loop until no work is left, but at most for this time: a disk that hangs must not keep the
  /// process from ending.
  public func finish(within limit: TimeSpan) {
    let end = Clock.now() + limit
    while isBusy, Clock.now() < end {
      do throws(Errno) { try reactor.runOnce(maxWait: .milliseconds(20)) } catch { return }
    }
  }

  private func startNext() {
    isBusy = !waiting.isEmpty
    guard isBusy else { return }
    let job = waiting.removeFirst()
    // If no thread can be started, the work runs on the loop, which waits for it.
    runOnThread { job.run() }
  }

  private func ended(_ job: Job) {
    job.then()
    startNext()
  }
}
