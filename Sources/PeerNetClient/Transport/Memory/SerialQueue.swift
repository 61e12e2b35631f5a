import Synchronization

/// An executor that needs no thread of its own: what waits is run, one thing after the other, by a task that is there
/// for as long as something waits.
///
/// Jobs run in the order in which they came, whatever their priority.
final class SerialQueue: SerialExecutor {
  private enum Work {
    case job(UnownedJob)
    case body(@Sendable () -> Void)
  }

  private struct State {
    var waiting: [Work] = []
    var isRunning = false
    /// The task that runs what waits.
    var runner: Int?
  }

  private let state = Mutex(State())

  func enqueue(_ job: consuming ExecutorJob) { add(.job(UnownedJob(job))) }

  /// Runs `body` after everything that waits already.
  func post(_ body: @escaping @Sendable () -> Void) { add(.body(body)) }

  /// What is posted runs in the runner itself; a job runs in a task of its own, of which the runtime knows where it is.
  func isIsolatingCurrentContext() -> Bool? {
    guard let current = withUnsafeCurrentTask(body: { $0?.hashValue }) else { return false }
    return state.withLock { $0.runner == current }
  }

  func checkIsolated() { precondition(isIsolatingCurrentContext() == true, "not on the transport's executor") }

  private func add(_ work: Work) {
    let isFirst = state.withLock { state in
      defer { state.isRunning = true }
      state.waiting.append(work)
      return !state.isRunning
    }
    if isFirst { Task.detached { await self.run() } }
  }

  private func run() async {
    let runner = withUnsafeCurrentTask { $0?.hashValue }
    while let batch = next(runner) {
      for work in batch {
        switch work {
        case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
        case .body(let body): body()
        }
      }
      // Others have something to do, too.
      await Task.yield()
    }
  }

  /// What waits; nil when nothing does, upon which the runner is gone.
  private func next(_ runner: Int?) -> [Work]? {
    state.withLock { state in
      defer { state.waiting = [] }
      state.isRunning = !state.waiting.isEmpty
      state.runner = state.isRunning ? runner : nil
      return state.isRunning ? state.waiting : nil
    }
  }
}
