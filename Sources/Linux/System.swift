import CLinux

/// The machine as a whole.
public enum System {
  /// What reboot(2) can be asked for.
  public enum PowerAction: Sendable {
    /// RB_AUTOBOOT
    case restart
    /// RB_POWER_OFF
    case powerOff
  }

  /// Restarts or stops the machine at once (reboot(2)): no process is asked, nothing is synced. Needs CAP_SYS_BOOT.
  public static func reboot(_ action: PowerAction) throws(Errno) {
    let command =
      switch action {
      case .restart: CLINUX_RESTART
      case .powerOff: CLINUX_POWER_OFF
      }
    try check("reboot", clinux_reboot(command))
  }

  /// The processor's architecture, as uname(2) names it: `aarch64`.
  public static func machine() throws(Errno) -> [UInt8] {
    var name = [CChar](repeating: 0, count: 65)
    try check("uname", clinux_machine(&name, name.count))
    return name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  }

  /// This process's.
  public static var processID: Int32 { clinux_process_id() }

  /// Names the host, in at most 64 bytes. Needs CAP_SYS_ADMIN.
  public static func setHostName(_ name: [UInt8]) throws(Errno) {
    try check("sethostname", clinux_set_host_name(name, name.count))
  }

  /// A variable of the environment.
  public static func environment(_ name: StaticString) -> [UInt8]? {
    let value = name.withUTF8Buffer {
      clinux_environment(UnsafeRawPointer($0.baseAddress!).assumingMemoryBound(to: CChar.self))
    }
    return value.map { bytes(of: $0) }
  }
}
