import Admin

/// What a board can do about its own power. Tests bring one that does nothing.
protocol PowerSwitch: AnyObject {
  var initSystem: InitSystem { get }
  /// Whether this process may end the system.
  var isPermitted: Bool { get }
  /// Writes what is cached to disk and calls `done`, at the latest after a few seconds.
  func sync(_ done: @escaping () -> Void)
  func signalInit(_ signal: InitSignal)
  func force(_ action: PowerPlan.Action)
}
