import Foundation
import Synchronization
import TestKit

/// What must not outlive the tests: taken away when the process exits, however it does so short of being killed.
final class Leftovers: Sendable {
  static let shared = Leftovers()

  private let lans = Mutex<[String]>([])
  private let folders = Mutex<[String]>([])

  private init() {
    atexit { Leftovers.shared.remove() }
    for number in [SIGINT, SIGTERM, SIGHUP] { signal(number) { _ in exit(1) } }
  }

  /// Its namespaces and all that runs in them, the emulator above all.
  func add(lan name: String) { lans.withLock { $0.append(name) } }
  func add(folder: String) { folders.withLock { $0.append(folder) } }

  private func remove() {
    for name in lans.withLock({ $0 }) {
      // Foundation's processes need threads that may be gone by now.
      let path = Repository.bench("lan")
      var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(path), strdup("down"), strdup(name), nil]
      defer { for argument in arguments { free(argument) } }
      var process: pid_t = 0
      if posix_spawn(&process, path, nil, nil, &arguments, environ) == 0 { waitpid(process, nil, 0) }
    }
    guard ProcessInfo.processInfo.environment["BOARD_KEEP"] == nil else { return }
    for folder in folders.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: folder) }
  }
}
