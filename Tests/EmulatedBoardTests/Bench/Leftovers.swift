import Foundation
import Synchronization

/// What must not outlive the tests: ended when the process exits, however it does so short of a crash.
final class Leftovers: Sendable {
  static let shared = Leftovers()

  private struct Things {
    var processes: [Int32] = []
    var namespaces: [String] = []
    var folders: [String] = []
  }
  private let things = Mutex(Things())

  private init() {
    atexit { Leftovers.shared.remove() }
    for number in [SIGINT, SIGTERM, SIGHUP] { signal(number) { _ in exit(1) } }
  }

  func add(process: Int32) { things.withLock { $0.processes.append(process) } }
  func add(namespaces: [String]) { things.withLock { $0.namespaces += namespaces } }
  func add(folder: String) { things.withLock { $0.folders.append(folder) } }

  private func remove() {
    let things = self.things.withLock { $0 }
    for process in things.processes { kill(process, SIGKILL) }
    for namespace in things.namespaces {
      guard FileManager.default.fileExists(atPath: "/run/netns/\(namespace)") else { continue }
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/sbin/ip")
      process.arguments = ["netns", "del", namespace]
      guard (try? process.run()) != nil else { continue }
      process.waitUntilExit()
    }
    if ProcessInfo.processInfo.environment["BOARD_KEEP"] == nil {
      for folder in things.folders { try? FileManager.default.removeItem(atPath: folder) }
    }
  }
}
