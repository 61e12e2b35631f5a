import Linux
import PeerNet

/// What a service manager is told over `NOTIFY_SOCKET`, as sd_notify(3) has it. Without one, everything here does
/// nothing.
///
/// The watchdog is fed by the loop's own progress: `progressed` is called once a turn, so a loop that hangs goes
/// hungry. Half the manager's patience lies between two feedings.
struct ServiceManager {
  private let watchdogInterval: TimeSpan?
  private var lastFed: Instant?
  private let send: ([UInt8]) -> Void

  /// `send` does nothing where there is no manager; a manager that does not watch has no patience to lose.
  init(watchdogPatience: TimeSpan?, send: @escaping ([UInt8]) -> Void) {
    watchdogInterval = watchdogPatience.map { $0 / 2 }
    self.send = send
  }

  /// The manager that the environment names.
  static func fromEnvironment() -> ServiceManager {
    guard let address = System.environment("NOTIFY_SOCKET"), let notifier = ServiceNotifier(address: address) else {
      return ServiceManager(watchdogPatience: nil) { _ in }
    }
    let patience = ServiceNotifier.watchdogInterval()
    let holder = Holder(notifier)
    return ServiceManager(watchdogPatience: patience) { message in holder.notifier.notify(message) }
  }

  /// A closure that captures what cannot be copied does not compile for the board.
  private final class Holder {
    let notifier: ServiceNotifier

    init(_ notifier: consuming ServiceNotifier) { self.notifier = notifier }
  }

  /// When the loop must turn again to feed the watchdog.
  var deadline: Instant? {
    guard let watchdogInterval, let lastFed else { return nil }
    return lastFed + watchdogInterval
  }

  /// The socket listens and peers are served.
  mutating func ready(at now: Instant) {
    tell("READY=1")
    if watchdogInterval != nil { lastFed = now }
  }

  func stopping() { tell("STOPPING=1") }

  /// Ends with `ready`, once the new configuration is in force.
  func reloading(at now: Instant) {
    // The manager compares this with CLOCK_MONOTONIC, which never is ahead of the loop's CLOCK_BOOTTIME.
    var message = Array("RELOADING=1\nMONOTONIC_USEC=".utf8)
    message.append(decimal: now.nanoseconds / 1000)
    send(message)
  }

  /// One line for the manager's status display.
  func status(_ text: [UInt8]) { send(Array("STATUS=".utf8) + text.filter { $0 >= 0x20 }) }

  mutating func progressed(at now: Instant) {
    guard let deadline, now >= deadline else { return }
    tell("WATCHDOG=1")
    lastFed = now
  }

  private func tell(_ message: StaticString) { send(message.bytes) }
}
