import Glibc
import Synchronization

/// Daemons that must not outlive this process: ended with it, however it ends short of being killed. Their namespaces
/// would live on with them.
final class Orphans: Sendable {
  static let shared = Orphans()

  private let processes = Mutex<Set<pid_t>>([])

  private init() {
    atexit { for process in Orphans.shared.processes.withLock({ $0 }) { kill(process, SIGKILL) } }
    for number in [SIGINT, SIGTERM, SIGHUP] { signal(number) { _ in exit(1) } }
  }

  func add(_ process: pid_t) { processes.withLock { _ = $0.insert(process) } }
  func remove(_ process: pid_t) { processes.withLock { _ = $0.remove(process) } }
}
