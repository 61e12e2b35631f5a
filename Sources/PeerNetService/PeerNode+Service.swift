import PeerNetClient
import ServiceLifecycle

// In a module of its own: ServiceLifecycle brings AsyncAlgorithms, 1.2 MB of a program that may not need either.
extension PeerNode: Service {
  /// Starts, and stops with a graceful shutdown, with the task's cancellation, or when ``stop()`` is called.
  public func run() async throws {
    try start()
    let stopped = peers
    await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await gracefulShutdown() }
      group.addTask { for await _ in stopped {} }
      await group.next()
      group.cancelAll()
    }
    await stop()
  }
}
