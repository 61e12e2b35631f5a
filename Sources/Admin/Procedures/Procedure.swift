import Basics

/// What a board can be asked to do: there is nothing else (Protocol, Remote procedure handle).
///
/// Each is reached as a handle of its own ``name``, or through `beam_admin` as module and function, which are the
/// parts of its name: `wifi` or `'Elixir.Wifi'`, and `restart`.
public enum Procedure: UInt8, CaseIterable, Sendable {
  /// `agent.once`
  case agentOnce
  /// `agent.whoami`
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

  private static let descriptors: [ProcedureDescriptor] = allCases.map { procedure in
    switch procedure {
    case .agentOnce: .agentOnce
    case .agentWhoAmI: .agentWhoAmI
    case .gpioList: .gpioList
    case .gpioRead: .gpioRead
    case .gpioWrite: .gpioWrite
    case .systemInfo: .systemInfo
    case .systemPowerOff: .systemPowerOff
    case .systemReboot: .systemReboot
    case .wifiRestart: .wifiRestart
    case .wifiScan: .wifiScan
    case .wifiStatus: .wifiStatus
    }
  }

  /// All that is known of it.
  public var descriptor: ProcedureDescriptor { Procedure.descriptors[Int(rawValue)] }

  /// As peers and grants spell it: module, dot, function.
  public var name: StaticString { descriptor.name }

  /// The procedure of that name; nil when there is none.
  public init?(name: some Collection<UInt8>) {
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
    name.append(Ascii.dot)
    name.append(contentsOf: function)
    self.init(name: name)
  }
}
