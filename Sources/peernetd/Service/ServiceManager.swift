import Linux
import PeerNet

/// What a service manager is told over `NOTIFY_SOCKET`, as sd_notify(3) has it. Without one, everything here does
/// nothing.
///
/// The watchdog is fed by the loop's own progress: `progressed` is called once a turn, so a loop that hangs goes
/// hungry. Half the manager's patience lies between two feedings.
struct ServiceManager {
  private let socket: [UInt8]?
  private let watchdogInterval: Duration?
  private var lastFed: Instant?
  private let send: (_ message: [UInt8], _ socket: [UInt8]) -> Void

  /// The values of NOTIFY_SOCKET (a path, or `@name` for an abstract one), WATCHDOG_USEC and WATCHDOG_PID.
  init(
    notifySocket: [UInt8]?, watchdogMicroseconds: [UInt8]?, watchdogProcess: [UInt8]?, process: Int64,
    send: @escaping (_ message: [UInt8], _ socket: [UInt8]) -> Void
  ) {
    var socket = notifySocket
    if socket?.first == UInt8(ascii: "@") { socket?[0] = 0 }
    self.socket = socket?.first == UInt8(ascii: "/") || socket?.first == 0 ? socket : nil
    // The watchdog of another process is none of ours: the variables are inherited.
    let isOurs = watchdogProcess.map { [UInt8].decimal($0) == process } ?? true
    let microseconds = watchdogMicroseconds.flatMap { [UInt8].decimal($0) } ?? 0
    watchdogInterval =
      isOurs && microseconds > 1 && self.socket != nil ? .microseconds(microseconds / 2) : nil
    self.send = send
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
    message.append(decimal: Int64(clamping: now.nanoseconds / 1000))
    tell(message)
  }

  /// One line for the manager's status display.
  func status(_ text: [UInt8]) { tell(Array("STATUS=".utf8) + text.filter { $0 >= 0x20 }) }

  mutating func progressed(at now: Instant) {
    guard let deadline, now >= deadline else { return }
    tell("WATCHDOG=1")
    lastFed = now
  }

  private func tell(_ message: StaticString) { tell(message.bytes) }

  private func tell(_ message: [UInt8]) {
    if let socket { send(message, socket) }
  }
}
