import Basics
import Settings

/// What is wrong with one line of the configuration file, and what to write instead.
struct ConfigurationFault: Error, Equatable {
  enum Problem: Equatable {
    case unknownSection
    case unknownKey
    /// The value holds a blank and `#`, which begin no comment there.
    case hashInValue
    /// The key stood in an earlier line already.
    case repeated(line: Int)
    case notANumber(ClosedRange<Int64>)
    case notABoolean
    /// Bounds in milliseconds.
    case notAnInterval(ClosedRange<Int64>)
    case notAnAddress
    case notAnInterface
    case notAPath
    case notAName
    case notABoard
    case notALink
    case notALevel
    /// A peer would be given up before its first ping is due.
    case timeoutNotAboveInterval
  }

  let line: Int
  let section: [UInt8]
  let key: [UInt8]
  let value: [UInt8]
  let problem: Problem

  /// Whether the daemon starts all the same, with a warning: a newer file must not keep an older daemon down.
  var isTolerable: Bool {
    switch problem {
    case .unknownSection, .unknownKey, .hashInValue: true
    case .repeated, .notANumber, .notABoolean, .notAnInterval, .notAnAddress, .notAnInterface, .notAPath, .notAName,
      .notABoard, .notALink, .notALevel, .timeoutNotAboveInterval:
      false
    }
  }

  /// `12: [node] port: 70000 is not a number from 0 to 65535`
  var text: [UInt8] {
    var text: [UInt8] = []
    text.append(decimal: line)
    text += ": ["
    text += section.isEmpty ? [] : Self.shown(section)
    text += "] "
    text += Self.shown(key)
    text += ": "
    appendProblem(to: &text)
    return text
  }

  /// Of all sections, with a blank between.
  static var keys: StaticString {
    """
    port listen name announce announce_interval discovery_port solicit interfaces dial profile heartbeat_interval \
    heartbeat_timeout max_connections max_half_open state trust key runtime board disk cmdline release facts confirm \
    patience network_timeout level
    """
  }

  private func suggest(_ name: [UInt8], among names: StaticString, to text: inout [UInt8]) {
    guard let nearest = nearestName(to: name, among: names.bytes.parts(separatedBy: UInt8(ascii: " "))) else { return }
    text += "; did you mean "
    text += nearest
    text += "?"
  }

  private func appendProblem(to text: inout [UInt8]) {
    func refuse(_ expectation: StaticString) {
      text += Self.shown(value)
      text += " is not "
      text += expectation
    }
    switch problem {
    case .unknownSection:
      text += "unknown section; known are [node], [paths], [board], [image] and [log]"
      suggest(section, among: "node paths board image log", to: &text)
    case .unknownKey:
      text += "unknown key; correct its name or remove the line"
      suggest(key, among: Self.keys, to: &text)
    case .hashInValue:
      text += "the value holds a blank and '#'; a comment behind a value begins with ';'"
    case .repeated(let first):
      text += "stands in line "
      text.append(decimal: first)
      text += " already; keep one of the two"
    case .notANumber(let bounds):
      refuse("a number from ")
      text.append(decimal: bounds.lowerBound)
      text += " to "
      text.append(decimal: bounds.upperBound)
    case .notABoolean:
      refuse("yes or no")
    case .notAnInterval(let bounds):
      refuse("a time such as 500ms, 5s or 2m, from ")
      text.append(decimal: bounds.lowerBound)
      text += "ms to "
      text.append(decimal: bounds.upperBound)
      text += "ms"
    case .notAnAddress:
      refuse("a numeric address such as 0.0.0.0, 192.168.1.5 or ::1; the port stands in the key port")
    case .notAnInterface:
      refuse("a list of interface names such as lo,eth0 (each 1 to 15 bytes)")
    case .notAPath:
      refuse("an absolute path; write it out from the / on, without ~ and without ..")
    case .notAName:
      refuse("a name of 1 to 64 bytes without control characters")
    case .notABoard:
      refuse("a board; write sim or linux")
    case .notALink:
      refuse("a profile; write wired, wifi, metered or battery")
    case .notALevel:
      refuse("a level; write error, warning, notice, info or debug")
    case .timeoutNotAboveInterval:
      refuse("more than heartbeat_interval; write at least twice that")
    }
  }

  private static func shown(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.append(escaped: bytes, limit: 64)
    return text
  }
}
