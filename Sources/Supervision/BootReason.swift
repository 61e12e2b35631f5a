import Basics

/// Why the board started, as far as it can be known.
public struct BootReason: Equatable, Sendable {
  /// What was found of the last run's record.
  public enum Finding: Equatable, Sendable {
    /// There is none.
    case absent
    /// There is one that says nothing: cut short, damaged, or not readable.
    case torn
    /// The data partition, on which it would be, is gone.
    case lost
    /// A whole one.
    case found(ResetRecord)
  }

  /// `reboot`, `poweroff`, `watchdog`, `panic-or-power`, or `power` where nothing speaks of an earlier run.
  public let token: StaticString
  /// One line for people.
  public let detail: [UInt8]

  /// Combines both witnesses. `watchdogReset` is what the device says; false from a device that cannot tell means nothing.
  ///
  /// A whole record of an orderly end wins: where the kernel restarts by means of the watchdog, or hangs on its way down, the
  /// device claims the reset for itself.
  public init(_ finding: Finding, watchdogReset: Bool) {
    switch (finding, watchdogReset) {
    case (.found(.reboot(let why)), let byWatchdog):
      token = "reboot"
      detail = why + [UInt8](byWatchdog ? "; the watchdog ended it" : "")
    case (.found(.powerOff(let why)), let byWatchdog):
      token = "poweroff"
      detail = why + [UInt8](byWatchdog ? "; the watchdog ended it" : "")
    case (.found(.watchdog(let why)), _):
      token = "watchdog"
      detail = why
    case (.found(.running), true):
      token = "watchdog"
      detail = [UInt8]("process 1 itself fell silent: the kernel crashed, or all of it hung")
    case (.found(.running), false):
      token = "panic-or-power"
      detail = [UInt8]("the last run ended without a word: power cut, crash of the kernel, or a hang")
    case (.torn, true), (.absent, true), (.lost, true):
      token = "watchdog"
      detail = [UInt8]("the device says so; no record tells why")
    case (.torn, false):
      token = "panic-or-power"
      detail = [UInt8]("the last run's record is damaged")
    case (.absent, false):
      token = "power"
      detail = [UInt8]("no record of an earlier run")
    case (.lost, false):
      token = "power"
      detail = [UInt8]("the record of the last run is lost with the data partition")
    }
  }

  /// Two reasons are equal when they say the same.
  public static func == (one: BootReason, other: BootReason) -> Bool {
    one.token.bytes == other.token.bytes && one.detail == other.detail
  }
}
