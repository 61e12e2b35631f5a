/// What U-Boot's script does with `slot.env`, as a function: the other side of the agreement that ``SlotEnvironment`` is
/// one side of. The script is in `board/common`; tests hold both to the same tables.
public struct BootChoice: Hashable, Sendable {
  /// The slot that is started.
  public let slot: Slot
  /// Whether on trial: `board.trial=1` on the kernel's command line.
  public let isTrial: Bool
  /// What is written before it is started; nil for nothing.
  public let update: SlotEnvironmentUpdate?

  /// Chooses for one boot.
  ///
  /// A slot on trial that does not load ends in a reset and counts as a try. A confirmed slot that does not load makes
  /// way for the other one, as the last resort, and nothing is written.
  ///
  /// - Parameter loads: whether a slot's image loads and its hashes are right.
  public static func choose(_ pair: SlotEnvironmentPair, loads: (Slot) -> Bool) -> BootChoice {
    guard let current = pair.current else {
      return BootChoice(slot: loads(.a) ? .a : .b, isTrial: false, update: nil)
    }
    guard let trial = current.trial else {
      return BootChoice(slot: lastResort(current.confirmed, loads), isTrial: false, update: nil)
    }
    var next = current
    if current.tries < SlotEnvironment.maximumTries {
      next.tries += 1
      return BootChoice(slot: trial, isTrial: true, update: pair.update(to: next))
    }
    next.failed = trial
    next.reason = current.reason ?? .threeBoots
    next.trial = nil
    next.tries = 0
    return BootChoice(slot: lastResort(current.confirmed, loads), isTrial: false, update: pair.update(to: next))
  }

  private static func lastResort(_ confirmed: Slot, _ loads: (Slot) -> Bool) -> Slot {
    loads(confirmed) || !loads(confirmed.other) ? confirmed : confirmed.other
  }
}
