import CLinux

/// Process 1: asked from outside, or being it.
public enum InitProcess {
  /// Whether this process may send it signals.
  public static var isWithinReach: Bool { clinux_signal_init(0) == 0 }

  /// Sends it a signal by its number: how init systems are asked for a reboot. Needs CAP_KILL.
  public static func signal(_ number: Int32) throws(Errno) {
    try check("kill", clinux_signal_init(number))
  }

  /// What this process must do to be it: a crash restarts the machine instead of taking the kernel down, and Ctrl-Alt-Del
  /// becomes SIGINT.
  public static func become() {
    clinux_restart_on_crash()
    _ = clinux_take_ctrl_alt_del()
    _ = clinux_set_file_mask(0o022)
  }

  /// A child, its own or inherited, that has ended and is gone with this; nil when there is none.
  public static func reapAny() -> (id: Int32, termination: ChildProcess.Termination)? {
    var status: Int32 = 0
    let id = clinux_reap_any(&status)
    guard id > 0 else { return nil }
    let signalled = Int32(CLINUX_BY_SIGNAL)
    return (id, status >= signalled ? .signalled(number: status &- signalled) : .exited(code: status))
  }

  /// Whether any child is left, its own or inherited, ended or not. For process 1 that is every other process.
  public static var hasChildren: Bool { clinux_has_children() != 0 }

  /// Asks every other process to end, or kills it. Does nothing in any other process than process 1.
  public static func endAll(killing: Bool) {
    _ = clinux_kill_all(killing ? CLINUX_SIGKILL : CLINUX_SIGTERM)
  }

  /// Holds this process up, for the one case in which it has nothing else left to do.
  public static func rest(seconds: UInt32) { clinux_sleep(seconds) }
}
