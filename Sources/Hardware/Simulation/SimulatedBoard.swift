import Admin
import PeerNet
import Reactor

/// A board without hardware, which needs no rights: lines that move, a radio that associates, and a reboot that is the
/// process's end. Plans are carried out by the same code as on a real one; only what lies below the seams is made up.
public final class SimulatedBoard: ComposedBoard {
  /// `onPower` is called when the reboot or power-off is due, after its delay: the daemon flushes and exits, with code 93
  /// for a reboot, and its supervisor starts it again. `completeFacts` adds to the answer of `system.info`.
  public init(
    _ profile: BoardProfile = .simulated, agent: [UInt8], clock: any BoardClock,
    completeFacts: @escaping (inout SystemInfo) -> Void = { _ in }, onPower: @escaping (PowerPlan.Action) -> Void
  ) {
    super.init(
      Parts(
        profile: profile, agent: agent, lines: SimulatedLines(profile.lines, clock: clock),
        wifi: profile.wifi.map { wifi in
          WifiControl(
            interface: wifi.interface, port: SimulatedSupplicant(clock: clock), clock: clock, respawned: true)
        },
        power: PowerSequence(SimulatedPowerSwitch(onPower), clock: clock), facts: SimulatedFacts(clock: clock),
        completeFacts: completeFacts))
  }
}

extension BoardProfile {
  /// The simulated board's own profile.
  public static var simulated: BoardProfile {
    BoardProfile(
      name: [UInt8]("Simulated board"), wifi: Wifi(interface: [UInt8]("sim0"), control: [UInt8]("/")),
      lines: [
        .simulated("button", .input, "moves by itself"),
        .simulated("door", .input, "moves by itself"),
        .simulated("relay", .output, "keeps what is written"),
        .simulated("pump", .output, "keeps what is written"),
        .simulated("led", .output, "keeps what is written"),
      ])
  }
}

extension LineProfile {
  fileprivate static func simulated(
    _ label: StaticString, _ direction: Direction, _ description: StaticString
  ) -> LineProfile {
    LineProfile(
      label: [UInt8](label), location: .name([UInt8](label), chip: nil), direction: direction,
      description: [UInt8](description))
  }
}

final class SimulatedPowerSwitch: PowerSwitch {
  private let onPower: (PowerPlan.Action) -> Void

  init(_ onPower: @escaping (PowerPlan.Action) -> Void) { self.onPower = onPower }

  var initSystem: InitSystem { .simulated }
  var isPermitted: Bool { true }
  func sync(_ done: @escaping () -> Void) { done() }
  func signalInit(_ signal: InitSignal) {}
  func force(_ action: PowerPlan.Action) { onPower(action) }
}
