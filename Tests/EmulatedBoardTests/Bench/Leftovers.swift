import Foundation
import Synchronization

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
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Repository.bench("lan"))
      process.arguments = ["down", name]
      guard (try? process.run()) != nil else { continue }
      process.waitUntilExit()
    }
    guard ProcessInfo.processInfo.environment["BOARD_KEEP"] == nil else { return }
    for folder in folders.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: folder) }
  }
}
