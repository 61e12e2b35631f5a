import PeerNet
import Synchronization

@testable import PeerNetClient

/// A host of a memory network that counts how often its executor is crossed to, and can keep who enters waiting.
final class WatchedTransport: Transport, SerialExecutor {
  private let inner: MemoryTransport
  /// What the runtime has enqueued: the node's actor was hopped to.
  private let jobs = Atomic(0)
  /// What has entered.
  private let entries = Atomic(0)
  /// Who waits; nil while nobody has to.
  private let held = Locked<[@Sendable () -> Void]?>(nil)

  init(_ inner: MemoryTransport) { self.inner = inner }

  /// How often the executor was crossed to until now.
  var crossings: (jobs: Int, entries: Int) { (jobs.load(ordering: .relaxed), entries.load(ordering: .relaxed)) }

  /// From now on who enters waits for ``release()``. Jobs, and what the network brings, do not.
  func hold() { held.withLock { $0 = [] } }

  func release() {
    held.withLock { held in
      for body in held ?? [] { inner.enter(body) }
      held = nil
    }
  }

  // MARK: SerialExecutor

  func enqueue(_ job: consuming ExecutorJob) {
    jobs.add(1, ordering: .relaxed)
    let job = UnownedJob(job)
    inner.enter { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }

  func isIsolatingCurrentContext() -> Bool? { inner.queue.isIsolatingCurrentContext() }

  func checkIsolated() { inner.queue.checkIsolated() }

  // MARK: Transport

  var executor: any SerialExecutor { self }

  func enter(_ body: @escaping @Sendable () -> Void) {
    entries.add(1, ordering: .relaxed)
    let isHeld = held.withLock { held in
      held?.append(body)
      return held != nil
    }
    if !isHeld { inner.enter(body) }
  }

  func now() -> Instant { inner.now() }

  func open(_ network: Network) throws(PeerNetError) -> UInt16? { try inner.open(network) }

  func attach(_ node: Node, onEvent: @escaping (Event) -> Void, onTrouble: @escaping (String) -> Void)
    throws(PeerNetError)
  {
    try inner.attach(node, onEvent: onEvent, onTrouble: onTrouble)
  }

  func perform(_ body: (Node) -> Void) { inner.perform(body) }

  func close(_ done: @escaping @Sendable () -> Void) { inner.close(done) }
}

/// Runs what its actor has to do when it is told to, on the thread that tells it.
final class PatientExecutor: SerialExecutor {
  private struct State {
    var waiting: [UnownedJob] = []
    var jobs = 0
  }

  private let state = Locked(State())

  /// How often something was enqueued until now.
  var crossings: Int { state.withLock { $0.jobs } }

  var hasWork: Bool { state.withLock { !$0.waiting.isEmpty } }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { state in
      state.jobs += 1
      state.waiting.append(job)
    }
  }

  func run() {
    let due = state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
    for job in due { job.runSynchronously(on: asUnownedSerialExecutor()) }
  }
}
