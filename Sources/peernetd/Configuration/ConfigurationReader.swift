import Admin
import Disk
import PeerNet
import Settings

extension Configuration {
  /// Reads the settings of a file. Every fault is found, not only the first; a setting at fault leaves its default.
  static func read(_ settings: [Setting]) -> (configuration: Configuration, faults: [ConfigurationFault]) {
    var reader = ConfigurationReader()
    for setting in settings { reader.read(setting) }
    reader.compareHeartbeat()
    return (reader.configuration, reader.faults)
  }
}

private struct ConfigurationReader {
  var configuration = Configuration()
  var faults: [ConfigurationFault] = []
  private var seen: [Setting] = []

  private static let intervals: ClosedRange<Int64> = 100...3_600_000

  mutating func read(_ setting: Setting) {
    if let first = seen.first(where: { $0.key == setting.key && $0.section == setting.section }) {
      return report(setting, .repeated(line: first.line))
    }
    seen.append(setting)
    if setting.holdsHash { report(setting, .hashInValue) }
    do throws(Refusal) {
      try apply(setting)
    } catch {
      report(setting, error.problem)
    }
  }

  /// The two are compared once both are known.
  mutating func compareHeartbeat() {
    guard let interval = configuration.heartbeatInterval, let timeout = configuration.heartbeatTimeout,
      timeout <= interval, let setting = seen.last(where: { "heartbeat_timeout" ~= $0.key })
    else { return }
    report(setting, .timeoutNotAboveInterval)
  }

  private mutating func report(_ setting: Setting, _ problem: ConfigurationFault.Problem) {
    faults.append(
      ConfigurationFault(
        line: setting.line, section: setting.section, key: setting.key, value: setting.value, problem: problem))
  }

  private mutating func apply(_ setting: Setting) throws(Refusal) {
    switch setting.section {
    case "node": try applyNode(setting.key, setting.value)
    case "paths": try applyPaths(setting.key, setting.value)
    case "board": try applyBoard(setting.key, setting.value)
    case "image": try applyImage(setting.key, setting.value)
    case "log": try applyLog(setting.key, setting.value)
    default: throw Refusal(.unknownSection)
    }
  }

  private mutating func applyNode(_ key: [UInt8], _ value: [UInt8]) throws(Refusal) {
    switch key {
    case "port": configuration.port = UInt16(try number(value, 0...65_535))
    case "listen": configuration.listen = try address(value)
    case "name": configuration.name = try name(value)
    case "announce": configuration.announce = try boolean(value)
    case "announce_interval": configuration.announceInterval = try interval(value)
    case "discovery_port": configuration.discoveryPort = UInt16(try number(value, 1...65_535))
    case "solicit": configuration.solicit = try boolean(value)
    case "interfaces": configuration.interfaces = try interfaces(value)
    case "dial": configuration.dial = try boolean(value)
    case "profile":
      guard let profile = LivenessProfile(name: value) else { throw Refusal(.notALink) }
      configuration.link = profile
    case "heartbeat_interval": configuration.heartbeatInterval = try interval(value)
    case "heartbeat_timeout": configuration.heartbeatTimeout = try interval(value)
    case "max_connections": configuration.maximumConnections = Int(try number(value, 1...4096))
    case "max_half_open": configuration.maximumHalfOpen = Int(try number(value, 1...1024))
    default: throw Refusal(.unknownKey)
    }
  }

  private mutating func applyPaths(_ key: [UInt8], _ value: [UInt8]) throws(Refusal) {
    switch key {
    case "state": configuration.state = try path(value)
    case "trust": configuration.trust = try path(value)
    case "key": configuration.key = try path(value)
    case "runtime": configuration.runtime = try path(value)
    default: throw Refusal(.unknownKey)
    }
  }

  private mutating func applyBoard(_ key: [UInt8], _ value: [UInt8]) throws(Refusal) {
    switch key {
    case "board":
      switch value {
      case "sim": configuration.board = .simulated
      case "linux": configuration.board = .linux
      default: throw Refusal(.notABoard)
      }
    case "profile": configuration.profile = try path(value)
    default: throw Refusal(.unknownKey)
    }
  }

  private mutating func applyImage(_ key: [UInt8], _ value: [UInt8]) throws(Refusal) {
    switch key {
    case "disk": configuration.image.disk = try path(value)
    case "cmdline": configuration.image.commandLine = try path(value)
    case "release": configuration.image.release = try path(value)
    case "facts": configuration.image.facts = try path(value)
    case "confirm": configuration.image.confirm = "any" ~= value ? .any : .interfaces(try interfaces(value))
    case "patience": configuration.image.patience = try interval(value)
    case "network_timeout": configuration.image.networkTimeout = try interval(value)
    default: throw Refusal(.unknownKey)
    }
  }

  private mutating func applyLog(_ key: [UInt8], _ value: [UInt8]) throws(Refusal) {
    switch key {
    case "level":
      guard let level = LogLevel(name: value) else { throw Refusal(.notALevel) }
      configuration.level = level
    default: throw Refusal(.unknownKey)
    }
  }

  // MARK: One value

  private func number(_ value: [UInt8], _ bounds: ClosedRange<Int64>) throws(Refusal) -> Int64 {
    guard let number = value.signedDecimal, bounds.contains(number) else { throw Refusal(.notANumber(bounds)) }
    return number
  }

  private func boolean(_ value: [UInt8]) throws(Refusal) -> Bool {
    switch value {
    case "yes", "true", "on", "1": true
    case "no", "false", "off", "0": false
    default: throw Refusal(.notABoolean)
    }
  }

  /// `500ms`, `5s`, `2m`; a bare number is seconds.
  private func interval(_ value: [UInt8]) throws(Refusal) -> TimeSpan {
    let digits = value.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let unit: Int64? =
      switch Array(value[digits.endIndex...]) {
      case "ms": 1
      case "s", "": 1000
      case "m": 60_000
      default: nil
      }
    guard let unit, let count = digits.signedDecimal, count <= Self.intervals.upperBound,
      Self.intervals.contains(count * unit)
    else { throw Refusal(.notAnInterval(Self.intervals)) }
    return .milliseconds(count * unit)
  }

  private func address(_ value: [UInt8]) throws(Refusal) -> Endpoint {
    let needsBrackets = value.contains(UInt8(ascii: ":")) && value.first != UInt8(ascii: "[")
    let host = needsBrackets ? [UInt8(ascii: "[")] + value + [UInt8(ascii: "]")] : value
    guard let endpoint = Endpoint(text: host + ":0".utf8), !endpoint.isMulticast else { throw Refusal(.notAnAddress) }
    return endpoint
  }

  private func interfaces(_ value: [UInt8]) throws(Refusal) -> [[UInt8]] {
    if value.isEmpty { return [] }
    let names = value.parts(separatedBy: UInt8(ascii: ","))
    let isName = { (name: [UInt8]) in
      (1...15).contains(name.count) && name.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") }
    }
    guard names.allSatisfy(isName) else { throw Refusal(.notAnInterface) }
    return names
  }

  private func path(_ value: [UInt8]) throws(Refusal) -> [UInt8] {
    guard value.first == UInt8(ascii: "/"), value.count <= 1024,
      !value.parts(separatedBy: UInt8(ascii: "/")).contains(where: { ".." ~= $0 })
    else { throw Refusal(.notAPath) }
    return value
  }

  private func name(_ value: [UInt8]) throws(Refusal) -> [UInt8] {
    guard (1...64).contains(value.count), value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw Refusal(.notAName)
    }
    return value
  }
}

private struct Refusal: Error {
  let problem: ConfigurationFault.Problem
  init(_ problem: ConfigurationFault.Problem) { self.problem = problem }
}
