import Basics
import CLinux

/// Tells the service manager how the process is doing (sd_notify(3)).
public struct ServiceNotifier: ~Copyable {
  private let socket: UnixDatagramSocket
  private let path: [UInt8]

  /// `address` is the value of NOTIFY_SOCKET: a path, or `@` and an abstract name. nil for anything else.
  public init?(address: [UInt8]) {
    guard address.count > 1, let socket = try? UnixDatagramSocket() else { return nil }
    switch address[0] {
    case UInt8(ascii: "@"): path = [0] + address.dropFirst()
    case UInt8(ascii: "/"): path = address
    default: return nil
    }
    self.socket = socket
  }

  /// Sends assignments such as `READY=1`, one a line. False when they could not be sent; there is nothing to be done about it.
  @discardableResult
  public borrowing func notify(_ state: [UInt8]) -> Bool {
    (try? socket.send(state, to: path)) ?? false
  }

  /// How often the service manager wants `WATCHDOG=1` at the least; nil when it does not watch this process.
  public static func watchdogInterval() -> TimeSpan? {
    if let process = System.environment("WATCHDOG_PID"), process.decimal() != UInt64(System.processID) {
      return nil
    }
    guard let text = System.environment("WATCHDOG_USEC"), let value = text.decimal(upTo: UInt64(Int64.max) / 1_000),
      value > 0
    else { return nil }
    return .microseconds(Int64(value))
  }
}
