import Basics

/// How much a line matters; the number is its syslog priority.
enum LogLevel: UInt8, Comparable, Sendable {
  case error = 3
  case warning
  case notice
  case info
  case debug

  init?(name: [UInt8]) {
    switch name {
    case "error": self = .error
    case "warning": self = .warning
    case "notice": self = .notice
    case "info": self = .info
    case "debug": self = .debug
    default: return nil
    }
  }

  /// What matters less is greater, as with syslog's numbers.
  static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}
