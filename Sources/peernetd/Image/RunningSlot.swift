import Disk

/// The slot that this system runs from. The boot script says it on the kernel's command line; nothing else is asked.
struct RunningSlot: Equatable {
  let slot: Slot
  /// Whether it is on trial: confirmed by nobody yet when it was started.
  let isTrial: Bool

  /// Nil on a system that was not started from a slot.
  init?(commandLine: [UInt8]) {
    guard let value = ImageSettings.value(of: "board.slot", in: commandLine, endingIn: UInt8(ascii: " ")),
      let slot = Slot(value)
    else { return nil }
    self.slot = slot
    isTrial =
      ImageSettings.value(of: "board.trial", in: commandLine, endingIn: UInt8(ascii: " ")) == [UInt8(ascii: "1")]
  }
}
