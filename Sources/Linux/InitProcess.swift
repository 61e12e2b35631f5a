import CLinux

/// Process 1.
public enum InitProcess {
  /// Whether this process may send it signals.
  public static var isWithinReach: Bool { clinux_signal_init(0) == 0 }

  /// Sends it a signal by its number: how init systems are asked for a reboot. Needs CAP_KILL.
  public static func signal(_ number: Int32) throws(Errno) {
    try check("kill", clinux_signal_init(number))
  }
}
