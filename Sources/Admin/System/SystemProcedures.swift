import Basics

// The answers are `SystemInfo.answer(to:)` and `PowerPlan.answer(under:)`.

extension ProcedureDescriptor {
  static var systemInfo: ProcedureDescriptor {
    ProcedureDescriptor(
      "system.info",
      "tells model, system, uptime, load, memory; of a flashed board also its slot, its version and why it started",
      answer: "hostname? agent uptime? boot_id? time? load? memory kernel machine? board image? boot? wire",
      admission: .granted(bound: nil) { _ in .systemInfo })
  }

  static var systemPowerOff: ProcedureDescriptor {
    power("system.poweroff", "answers, then syncs, then switches the board off", .powerOff)
  }

  static var systemReboot: ProcedureDescriptor {
    power("system.reboot", "answers, then syncs, then restarts the board", .reboot)
  }

  private static func power(
    _ name: StaticString, _ summary: StaticString, _ action: PowerPlan.Action
  ) -> ProcedureDescriptor {
    ProcedureDescriptor(
      name, summary, parameters: [.delay, .dryRun], changesBoard: true,
      answer: "action delay dry_run init? steps",
      admission: .granted(bound: nil) { (arguments) throws(ArgumentError) in
        .power(
          PowerPlan(
            action, delay: .seconds(try arguments.seconds(.delay)), isDryRun: try arguments.flag(.dryRun)))
      })
  }
}

extension Parameter {
  /// From the answer to the act.
  public static var delay: Parameter { Parameter("delay", .seconds(0...3600, otherwise: 1)) }
  /// Tell the steps and take none.
  public static var dryRun: Parameter { Parameter("dry_run", .flag) }
}
