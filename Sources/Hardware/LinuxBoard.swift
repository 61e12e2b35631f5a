import Admin
import Basics
import Reactor

/// A real board: its lines through libgpiod, its radio through wpa_supplicant's control socket or NetworkManager's
/// `nmcli`, its power through its init.
public final class LinuxBoard: ComposedBoard {
  /// What the daemon knows and the profile does not.
  public struct Options {
    /// The agent's version.
    public var agent: [UInt8]
    /// A folder of the agent's own, where the supplicant's replies find it.
    public var runtime: [UInt8]
    /// Adds to the answer of `system.info` what the daemon knows beyond the machine.
    public var completeFacts: (inout SystemInfo) -> Void = { _ in }
    /// A folder of the agent's own that outlives a power cut.
    public var state: [UInt8]
    /// NetworkManager's command line.
    var nmcli: [UInt8]

    /// What the daemon was built as, and where it may leave sockets and notes.
    public init(agent: [UInt8], runtime: [UInt8], state: [UInt8]) {
      self.init(agent: agent, runtime: runtime, state: state, nmcli: [UInt8]("/usr/bin/nmcli"))
    }

    init(agent: [UInt8], runtime: [UInt8], state: [UInt8], nmcli: [UInt8]) {
      self.agent = agent
      self.runtime = runtime
      self.state = state
      self.nmcli = nmcli
    }
  }

  init(
    _ profile: BoardProfile, _ options: Options, chips: any GPIOChips, power: any PowerSwitch, facts: any SystemFacts,
    clock: any BoardClock, reactor: Reactor
  ) {
    super.init(
      Parts(
        profile: profile, agent: options.agent, lines: GPIOLines(profile.lines, chips: chips, reactor: reactor),
        wifi: profile.wifi.map { LinuxBoard.radio($0, options, clock, reactor) },
        power: PowerSequence(power, clock: clock), facts: facts, completeFacts: options.completeFacts))
  }

  private static func radio(
    _ wifi: BoardProfile.Wifi, _ options: Options, _ clock: any BoardClock, _ reactor: Reactor
  ) -> WifiControl {
    let nmcli = RadioKeeper(
      path: options.state + [UInt8]("/radio"),
      port: NmcliProgram(path: options.nmcli, interface: wifi.interface, reactor: reactor), clock: clock)
    return WifiControl(
      interface: wifi.interface,
      port: WpaSupplicantPort(
        control: wifi.control, interface: wifi.interface, runtime: options.runtime, reactor: reactor),
      nmcli: wifi.manager == .wpaSupplicant ? nil : nmcli, fallsBack: wifi.manager == .automatic, clock: clock,
      respawned: wifi.isRespawned)
  }

  /// With this machine's own chips, power and facts.
  public convenience init(_ profile: BoardProfile, _ options: Options, reactor: Reactor) {
    self.init(
      profile, options, chips: LibgpiodChips(), power: LinuxPowerSwitch(reactor: reactor), facts: LinuxFacts(),
      clock: ReactorClock(reactor), reactor: reactor)
  }
}
