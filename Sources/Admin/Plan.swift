import ETF
import PeerNet

/// What a call comes to, once its arguments were understood: data that can be looked at, checked against a policy and
/// handed to a board to be carried out.
public enum Plan: Equatable, Sendable {
  /// Tell the caller who it is to the board and what it may call.
  case whoAmI
  /// Tell the lines of the profile.
  case gpioList
  /// No labels: every line of the profile.
  case gpioRead([[UInt8]])
  /// Set outputs: at least one, none twice.
  case gpioWrite([LineLevel])
  /// Tell the board's facts.
  case systemInfo
  /// Reboot or power off.
  case power(PowerPlan)
  /// Associate anew, within the time given.
  case wifiRestart(timeout: TimeSpan)
  /// Tell the networks in sight.
  case wifiScan
  /// Tell the link and the last restart.
  case wifiStatus

  /// The two forms in which arguments come.
  public enum ArgumentForm: Equatable, Sendable {
    /// Of a procedure's own handle: a map, or nothing (`nil`, `[]`).
    case handle(Term)
    /// Of `beam_admin`: `[]`, `[Map]`, or values in the order of ``Procedure/parameters``.
    case list(Term)
  }

  /// No call reads or writes more lines.
  static let maximumLines = 256

  /// Understands a call's arguments, or says which of them is wrong.
  public init(_ procedure: Procedure, _ form: ArgumentForm) throws(ArgumentError) {
    let arguments: Arguments
    switch form {
    case .handle(let term): arguments = try Arguments(map: term, for: procedure)
    case .list(let term): arguments = try Arguments(list: term, for: procedure)
    }
    switch procedure {
    case .agentWhoAmI: self = .whoAmI
    case .gpioList: self = .gpioList
    case .gpioRead: self = .gpioRead(try Plan.labels(arguments))
    case .gpioWrite: self = .gpioWrite(try Plan.levels(arguments))
    case .systemInfo: self = .systemInfo
    case .systemPowerOff: self = .power(try PowerPlan(.powerOff, arguments))
    case .systemReboot: self = .power(try PowerPlan(.reboot, arguments))
    case .wifiRestart:
      self = .wifiRestart(timeout: .seconds(try arguments.whole(.timeout, in: 5...300, otherwise: 30)))
    case .wifiScan: self = .wifiScan
    case .wifiStatus: self = .wifiStatus
    }
  }

  /// What was called for this plan to come about.
  public var procedure: Procedure {
    switch self {
    case .whoAmI: .agentWhoAmI
    case .gpioList: .gpioList
    case .gpioRead: .gpioRead
    case .gpioWrite: .gpioWrite
    case .systemInfo: .systemInfo
    case .power(let plan): plan.action == .reboot ? .systemReboot : .systemPowerOff
    case .wifiRestart: .wifiRestart
    case .wifiScan: .wifiScan
    case .wifiStatus: .wifiStatus
    }
  }

  /// What a grant such as `gpio.write:pump` is held against. Empty: only a grant of the whole procedure will do.
  public var checkedArguments: [[UInt8]] {
    switch self {
    case .gpioRead(let labels): labels
    case .gpioWrite(let levels): levels.map { $0.label }
    case .whoAmI, .gpioList, .systemInfo, .power, .wifiRestart, .wifiScan, .wifiStatus: []
    }
  }

  private static func labels(_ arguments: Arguments) throws(ArgumentError) -> [[UInt8]] {
    guard let value = arguments.value(.lines) else { return [] }
    if let label = value.label { return [label] }
    guard let list = value.listElements, list.count <= maximumLines else { throw .unfit(.lines) }
    var labels: [[UInt8]] = []
    for element in list {
      guard let label = element.label, !labels.contains(label) else { throw .unfit(.lines) }
      labels.append(label)
    }
    return labels
  }

  private static func levels(_ arguments: Arguments) throws(ArgumentError) -> [LineLevel] {
    guard let values = arguments.value(.values) else {
      guard let label = try arguments.require(.line).label else { throw .unfit(.line) }
      guard let active = try arguments.require(.value).flag else { throw .unfit(.value) }
      return [LineLevel(label: label, isActive: active)]
    }
    for parameter in [Parameter.line, .value] where arguments.value(parameter) != nil { throw .conflict(parameter) }
    guard let pairs = values.pairs, 1...maximumLines ~= pairs.count else { throw .unfit(.values) }
    var levels: [LineLevel] = []
    for pair in pairs {
      guard let label = pair.key.label, let active = pair.value.flag, !levels.contains(where: { $0.label == label })
      else { throw .unfit(.values) }
      levels.append(LineLevel(label: label, isActive: active))
    }
    return levels
  }
}

/// A GPIO line by its label, and whether it is (to be) active.
public struct LineLevel: Equatable, Sendable {
  /// The line's, from the profile.
  public let label: [UInt8]
  /// The logical level: an `active_low` line is active when its voltage is low.
  public let isActive: Bool

  /// No label is looked up yet: the board refuses what its profile does not list.
  public init(label: [UInt8], isActive: Bool) {
    self.label = label
    self.isActive = isActive
  }
}
