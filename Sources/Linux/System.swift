import CLinux

/// The machine as a whole.
public enum System {
  public enum PowerAction: Sendable {
    case restart, powerOff
  }

  public struct Names: Equatable, Sendable {
    /// The host name.
    public var node: [UInt8]
    public var kernelRelease: [UInt8]
    public var machine: [UInt8]
  }

  /// Bytes of memory, from /proc/meminfo.
  public struct Memory: Equatable, Sendable {
    public var total: UInt64
    public var available: UInt64
  }

  /// Writes all that is cached to disk (sync(2)). Takes as long as the disk does.
  public static func sync() { clinux_sync() }

  /// Restarts or stops the machine at once (reboot(2)): no process is asked, nothing is synced. Needs CAP_SYS_BOOT.
  public static func reboot(_ action: PowerAction) throws(Errno) {
    let command =
      switch action {
      case .restart: CLINUX_RESTART
      case .powerOff: CLINUX_POWER_OFF
      }
    try check("reboot", clinux_reboot(command))
  }

  public static func names() throws(Errno) -> Names {
    var names = clinux_names()
    try check("uname", clinux_names_get(&names))
    return Names(node: field(names.node), kernelRelease: field(names.release), machine: field(names.machine))
  }

  /// nil when /proc is not there or not as expected.
  public static func memory() -> Memory? {
    guard let text = try? readFile(Array("/proc/meminfo".utf8), limit: 64 * 1024) else { return nil }
    guard let total = kilobytes("MemTotal:", in: text), let available = kilobytes("MemAvailable:", in: text) else {
      return nil
    }
    return Memory(total: total, available: available)
  }

  /// Bytes of this process that are in memory (/proc/self/statm).
  public static func residentMemory() -> UInt64? {
    guard let text = try? readFile(Array("/proc/self/statm".utf8), limit: 1024) else { return nil }
    let fields = text.split(separator: UInt8(ascii: " "))
    guard fields.count > 1, let pages = parseDecimal(fields[1]) else { return nil }
    return pages &* UInt64(clinux_page_size())
  }

  public static var processID: Int32 { clinux_process_id() }

  public static var isRoot: Bool { clinux_effective_user() == 0 }

  /// A variable of the environment.
  public static func environment(_ name: StaticString) -> [UInt8]? {
    let value = name.withUTF8Buffer {
      clinux_environment(UnsafeRawPointer($0.baseAddress!).assumingMemoryBound(to: CChar.self))
    }
    return value.map { bytes(of: $0) }
  }

  /// `NAME:   1234 kB`, in bytes.
  static func kilobytes(_ name: StaticString, in text: [UInt8]) -> UInt64? {
    let prefix = name.withUTF8Buffer { Array($0) }
    for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: prefix) {
      let digits = line.dropFirst(prefix.count).drop { $0 == UInt8(ascii: " ") }.prefix { $0 != UInt8(ascii: " ") }
      guard let value = parseDecimal(digits) else { return nil }
      let (bytes, overflow) = value.multipliedReportingOverflow(by: 1024)
      return overflow ? nil : bytes
    }
    return nil
  }

  private static func field<Field>(_ field: Field) -> [UInt8] {
    withUnsafeBytes(of: field) { Array($0.prefix { $0 != 0 }) }
  }
}
