import PeerNet
import Settings

/// The services of a board, in the order in which they start, and what could not be understood of their file.
///
/// ```ini
/// [service agent]
/// command = /usr/bin/peernetd run
/// needs = /data/peernet /run/board/facts     ; started once these are there
/// notify = yes                               ; speaks sd_notify; the board is well only while it is
/// watchdog = 30                              ; the longest it may be silent, in seconds
/// ready = 60                                 ; the longest that it may take to start, in seconds
/// nice = -5
/// ```
///
/// A fault costs as little as it can: process 1 cannot refuse to start.
public struct ServiceList: Equatable, Sendable {
  /// What is wrong with one line.
  public struct Fault: Equatable, Sendable {
    /// The first line of the file is 1.
    public let line: Int
    /// What was done about it.
    public let text: StaticString

    /// Two faults are equal when they stand in the same line and say the same.
    public static func == (one: Fault, other: Fault) -> Bool {
      one.line == other.line && one.text.bytes == other.text.bytes
    }
  }

  /// More are left out.
  public static let maximumCount = 32

  /// Every one has a command.
  public private(set) var services: [Service] = []
  /// In the order of their lines.
  public private(set) var faults: [Fault] = []

  /// No services.
  public init() {}

  /// Reads what the file holds.
  public init(_ settings: [Setting]) {
    var lines: [Int] = []
    var skipped: [UInt8]?
    for setting in settings {
      if setting.section == skipped { continue }
      let words = setting.section.words
      guard words.count == 2, "service" ~= words[0], words[1].allSatisfy({ (0x21...0x7e).contains($0) }) else {
        fault(setting, "not a [service NAME]: the section is ignored")
        skipped = setting.section
        continue
      }
      let index: Int
      if let known = services.firstIndex(where: { $0.name == words[1] }) {
        index = known
      } else if services.count < ServiceList.maximumCount {
        index = services.count
        services.append(Service(name: words[1], command: []))
        lines.append(setting.line)
      } else {
        fault(setting, "too many services: this one is left out")
        skipped = setting.section
        continue
      }
      apply(setting, to: index)
    }
    for (index, service) in services.enumerated() where service.command.isEmpty {
      faults.append(Fault(line: lines[index], text: "no command: the service is left out"))
    }
    services.removeAll { $0.command.isEmpty }
  }

  private mutating func fault(_ setting: Setting, _ text: StaticString) {
    faults.append(Fault(line: setting.line, text: text))
  }

  private mutating func apply(_ setting: Setting, to index: Int) {
    let value = setting.value
    switch setting.key {
    case "command":
      let words = value.words
      guard words.first?.first == UInt8(ascii: "/") else {
        return fault(setting, "a command begins with the program's absolute path")
      }
      services[index].command = words
    case "needs":
      let paths = value.words
      guard paths.allSatisfy({ $0.first == UInt8(ascii: "/") }) else {
        return fault(setting, "needs takes absolute paths: the line is ignored")
      }
      services[index].needs = paths
    case "notify":
      switch value {
      case "yes": services[index].notifies = true
      case "no": services[index].notifies = false
      default: fault(setting, "notify is yes or no: the line is ignored")
      }
    case "watchdog":
      guard let seconds = value.signedDecimal, (1...3600).contains(seconds) else {
        return fault(setting, "watchdog is a number of seconds from 1 to 3600: it stays at 30")
      }
      services[index].watchdog = .seconds(seconds)
    case "ready":
      guard let seconds = value.signedDecimal, (1...3600).contains(seconds) else {
        return fault(setting, "ready is a number of seconds from 1 to 3600: it stays at 60")
      }
      services[index].readiness = .seconds(seconds)
    case "nice":
      guard let nice = value.signedDecimal, (-20...19).contains(nice) else {
        return fault(setting, "nice is a number from -20 to 19: it stays at 0")
      }
      services[index].nice = Int32(truncatingIfNeeded: nice)
    default:
      fault(setting, "unknown key: the line is ignored")
    }
  }
}
