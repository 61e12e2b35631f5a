import Disk

/// What the agent does to `slot.env`.
enum SlotChange {
  /// The idle slot is about to be written: nothing is on trial any more.
  case clear
  /// This slot was just found whole and is tried at the next boot.
  case attempt(Slot)
  /// The slot that runs boots from now on.
  case confirm
  /// The slot on trial is given up at the next boot.
  case fail(SlotEnvironment.Reason)

  func applied(to environment: SlotEnvironment, running: Slot) throws(SlotError) -> SlotEnvironment {
    switch self {
    case .clear:
      _ = try environment.writable(running: running)
      return try environment.cancelling(running: running)
    case .attempt(let slot): return try environment.trying(isVerified: slot == environment.confirmed.other)
    case .confirm: return try environment.confirming(running: running)
    case .fail(let reason): return environment.failing(reason)
    }
  }
}
