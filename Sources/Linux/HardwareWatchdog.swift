import CLinux

/// The watchdog device: resets the machine when it is not petted. It stays armed when this process ends.
public struct HardwareWatchdog: ~Copyable {
  private let descriptor: FileDescriptor
  /// How long it waits for the next ``pet()``, in seconds; nil when the device does not tell.
  public let timeout: Int32?
  /// The device says that it was what reset the machine (WDIOF_CARDRESET). Many cannot tell: false then means nothing.
  public let hasReset: Bool

  /// Arms it, to wait `seconds` if the device lets itself be told.
  public init(path: [UInt8], seconds: Int32) throws(Errno) {
    descriptor = try FileDescriptor.open(path, for: .writing)
    let status = clinux_watchdog_boot_status(descriptor.number)
    hasReset = status > 0 && status & Int32(CLINUX_CARD_RESET) != 0
    let chosen = clinux_watchdog_set_timeout(descriptor.number, seconds)
    timeout = chosen > 0 ? chosen : nil
  }

  /// Makes its wait as short as can be: without another ``pet()`` it resets the machine in a second or two. A device that
  /// does not let itself be told does so when its wait is over.
  public borrowing func hasten() { _ = clinux_watchdog_set_timeout(descriptor.number, 1) }

  /// Restarts its wait. Any byte does but `V`, which would disarm it.
  public borrowing func pet() {
    var byte: UInt8 = 0x2e
    _ = withUnsafeBytes(of: &byte) { try? descriptor.write($0) }
  }
}
