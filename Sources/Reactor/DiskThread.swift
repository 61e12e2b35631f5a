import Linux

/// Does what waits for a disk beside the loop, which goes on for as long as the disk takes: one piece of work after the other,
/// in the order in which they came, each on a thread that ends with it.
///
/// What a piece of work uses is its own until its `then` is called. All else here belongs to the loop.
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

  /// No thread yet.
  public init(reactor: Reactor) { self.reactor = reactor }

  /// Has `work` done on the thread, and `then` on the loop once it is.
  public func run(_ work: @escaping () -> Void, then: @escaping () -> Void) {
    waiting.append(Job(self, work, then))
    if !isBusy { startNext() }
  }

  /// Turns the loop until nothing is left to do, for a time in nanoseconds at most: a disk that hangs keeps nobody from ending.
  public func finish(within limit: UInt64) {
    let end = Clock.now() &+ limit
    while isBusy, Clock.now() < end {
      do throws(Errno) { try reactor.runOnce(maxWait: 20_000_000) } catch { return }
    }
  }

  private func startNext() {
    isBusy = !waiting.isEmpty
    guard isBusy else { return }
    let job = waiting.removeFirst()
    // Without a thread the loop has to wait after all.
    runOnThread { job.run() }
  }

  private func ended(_ job: Job) {
    job.then()
    startNext()
  }
}
