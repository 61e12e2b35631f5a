import Basics

/// What a message of sd_notify(3) says, as far as anybody here cares.
public struct Notification: Equatable, Sendable {
  /// `READY=1`: the service does its work.
  public let isReady: Bool
  /// `WATCHDOG=1`: it still does.
  public let isAlive: Bool

  /// One assignment a line; unknown ones are skipped.
  public init(_ message: [UInt8]) {
    let lines = message.split(separator: UInt8(ascii: "\n")).map { Array($0) }
    isReady = lines.contains { "READY=1" ~= $0 }
    isAlive = lines.contains { "WATCHDOG=1" ~= $0 }
  }
}
