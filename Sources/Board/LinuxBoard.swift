import Admin
import Reactor

/// A real board: its lines through libgpiod, its radio through wpa_supplicant's control socket, its power through its
/// init.
public final class LinuxBoard: ComposedBoard {
  /// What the daemon knows and the profile does not.
  public struct Options {
    /// The agent's version.
    public var agent: [UInt8]
    /// A folder of the agent's own, where the supplicant's replies find it.
    public var runtime: [UInt8]
    /// Adds to the answer of `system.info` what the daemon knows beyond the machine.
    public var completeFacts: (inout SystemInfo) -> Void = { _ in }

    /// What the daemon was built as, and where it may leave sockets.
    public init(agent: [UInt8], runtime: [UInt8]) {
      self.agent = agent
      self.runtime = runtime
    }
  }

  private let lines: GPIOLines

  init(
    _ profile: BoardProfile, _ options: Options, chips: any GPIOChips, power: any PowerSwitch, facts: any SystemFacts,
    clock: any BoardClock, reactor: Reactor
  ) {
    lines = GPIOLines(profile.lines, chips: chips, reactor: reactor)
    super.init(
      Parts(
        profile: profile, agent: options.agent, lines: lines,
        wifi: profile.wifi.map { wifi in
          WifiControl(
            interface: wifi.interface,
            port: WpaSupplicantPort(
              control: wifi.control, interface: wifi.interface, runtime: options.runtime, reactor: reactor),
            clock: clock, respawned: wifi.isRespawned)
        },
        power: PowerSequence(power, clock: clock), facts: facts, completeFacts: options.completeFacts))
  }

  /// Takes hold of all lines, so that outputs are what the profile says, and returns why some could not be had.
  public func start() -> [GPIOError] { lines.start() }

  /// With this machine's own chips, power and facts.
  public convenience init(_ profile: BoardProfile, _ options: Options, reactor: Reactor) {
    self.init(
      profile, options, chips: LibgpiodChips(), power: LinuxPowerSwitch(reactor: reactor), facts: LinuxFacts(),
      clock: ReactorClock(reactor), reactor: reactor)
  }
}
