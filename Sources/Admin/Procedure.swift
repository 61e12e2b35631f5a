import Basics

/// What a board can be asked to do: there is nothing else (Protocol, Remote procedure handle).
///
/// Each is reached as a handle of its own ``name``, or through `beam_admin` as module and function, which are the
/// parts of its name: `wifi` or `'Elixir.Wifi'`, and `restart`.
public enum Procedure: UInt8, CaseIterable, Sendable {
  /// `agent.whoami`, the only one that pairing alone grants.
  case agentWhoAmI
  /// `gpio.list`
  case gpioList
  /// `gpio.read`
  case gpioRead
  /// `gpio.write`
  case gpioWrite
  /// `system.info`
  case systemInfo
  /// `system.poweroff`
  case systemPowerOff
  /// `system.reboot`
  case systemReboot
  /// `wifi.restart`
  case wifiRestart
  /// `wifi.scan`
  case wifiScan
  /// `wifi.status`
  case wifiStatus

  /// As peers and grants spell it: module, dot, function.
  public var name: StaticString {
    switch self {
    case .agentWhoAmI: "agent.whoami"
    case .gpioList: "gpio.list"
    case .gpioRead: "gpio.read"
    case .gpioWrite: "gpio.write"
    case .systemInfo: "system.info"
    case .systemPowerOff: "system.poweroff"
    case .systemReboot: "system.reboot"
    case .wifiRestart: "wifi.restart"
    case .wifiScan: "wifi.scan"
    case .wifiStatus: "wifi.status"
    }
  }

  /// The procedure of that name; nil when there is none.
  public init?(name: [UInt8]) {
    for procedure in Procedure.allCases where name.equals(procedure.name) {
      self = procedure
      return
    }
    return nil
  }

  /// `'Elixir.Wifi'` and `wifi` are the same module.
  public init?(module: [UInt8], function: [UInt8]) {
    var name = [UInt8](module.hasPrefix("Elixir.") ? module.dropFirst(7) : module[...])
    for index in name.indices where (0x41...0x5a).contains(name[index]) { name[index] += 0x20 }
    name.append(0x2e)
    name.append(contentsOf: function)
    self.init(name: name)
  }

  /// What it takes, in the order of a positional argument list. All of it can be left out but where
  /// ``Plan/init(_:_:)`` says otherwise.
  public var parameters: [Parameter] {
    switch self {
    case .agentWhoAmI, .gpioList, .systemInfo, .wifiScan, .wifiStatus: []
    case .gpioRead: [.lines]
    case .gpioWrite: [.line, .value, .values]
    case .systemPowerOff, .systemReboot: [.delay, .dryRun]
    case .wifiRestart: [.timeout]
    }
  }
}

/// What a procedure can be told.
public enum Parameter: Equatable, Sendable {
  /// Seconds from the answer to the reboot, 0 to 3600; 1 if not given.
  case delay
  /// A boolean: tell the steps and take none.
  case dryRun
  /// Seconds, 5 to 300; 30 if not given.
  case timeout
  /// The label of a line, or a list of labels.
  case lines
  /// The label of one line, which goes with `value`.
  case line
  /// 0 or 1, or a boolean: whether the line is to be active.
  case value
  /// A map from labels to values, instead of `line` and `value`.
  case values

  /// Its key in the map of arguments.
  public var name: StaticString {
    switch self {
    case .delay: "delay"
    case .dryRun: "dry_run"
    case .timeout: "timeout"
    case .lines: "lines"
    case .line: "line"
    case .value: "value"
    case .values: "values"
    }
  }
}
