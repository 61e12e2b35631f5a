import Basics

/// Which slot boots: what U-Boot's script and the agent tell each other, on the disk as one of two copies of `slot.env`.
///
/// A slot that was written is first *on trial*: booted up to three times, until the system in it says that it works. If
/// it never does, U-Boot goes back to the confirmed slot. The transitions are values; ``SlotEnvironmentPair`` says what
/// to write where.
public struct SlotEnvironment: Hashable, Sendable {
  /// Counts the writes: of two valid copies the one with the higher generation is in force. Set when it is written.
  public internal(set) var generation: UInt32
  /// The slot that boots when no other is on trial.
  public internal(set) var confirmed: Slot
  /// The slot that boots until it is confirmed or given up.
  public internal(set) var trial: Slot?
  /// How often the slot on trial was started, 0...3.
  public internal(set) var tries: Int
  /// The slot whose trial failed last.
  public internal(set) var failed: Slot?
  /// Why, as a short word; before the rollback, why it is about to.
  public internal(set) var reason: Reason?

  /// How often a slot on trial is started before it is given up.
  public static var maximumTries: Int { 3 }

  /// Nothing on trial and nothing failed; generation 0, which is below any that is on a disk.
  public init(confirmed: Slot) {
    generation = 0
    self.confirmed = confirmed
    tries = 0
  }
}

extension SlotEnvironment {
  /// Why a trial failed: 1 to 32 of `a`–`z`, `0`–`9` and `-`, but not `-` alone, which stands for none.
  public struct Reason: Hashable, Sendable {
    /// The word in ASCII.
    public let text: [UInt8]

    /// Nil for anything but such a word.
    public init?(_ text: [UInt8]) {
      guard (1...32).contains(text.count), text != [UInt8(ascii: "-")] else { return nil }
      for byte in text {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): continue
        default: return nil
        }
      }
      self.text = text
    }

    private init(known text: StaticString) { self.text = text.bytes }

    /// `three-boots`: it was started three times and never said that it works.
    public static var threeBoots: Reason { Reason(known: "three-boots") }
    /// `no-network`: it had no network for too long.
    public static var noNetwork: Reason { Reason(known: "no-network") }
  }
}

/// Why a slot cannot be tried, confirmed or written now.
public enum SlotError: Error, Hashable, Sendable {
  /// That slot is on trial already, or runs on trial: its trial has to end first.
  case onTrial(Slot)
  /// That slot is on trial, but the other one runs: a reboot starts it.
  case notStarted(Slot)
  /// The image in that slot is not whole.
  case unverified(Slot)
  /// The system runs from that slot, which is not the confirmed one: that one did not load. Confirming the one that
  /// runs makes the other one free.
  case running(Slot)
}

// MARK: Transitions

extension SlotEnvironment {
  /// The slot that may be overwritten while `running` runs: the one that is neither confirmed nor running.
  public func writable(running: Slot) throws(SlotError) -> Slot {
    guard running != confirmed else { return confirmed.other }
    throw trial == running ? .onTrial(running) : .running(running)
  }

  /// Puts the slot that is not confirmed on trial at the next boot.
  ///
  /// - Parameter isVerified: whether that slot's image was found whole just now.
  public func trying(isVerified: Bool) throws(SlotError) -> SlotEnvironment {
    if let trial { throw .onTrial(trial) }
    guard isVerified else { throw .unverified(confirmed.other) }
    var next = self
    next.trial = confirmed.other
    next.tries = 0
    next.failed = nil
    next.reason = nil
    return next
  }

  /// The slot that runs is the one that boots from now on.
  public func confirming(running: Slot) throws(SlotError) -> SlotEnvironment {
    if let trial, trial != running { throw .notStarted(trial) }
    var next = self
    next.confirmed = running
    next.trial = nil
    next.tries = 0
    // What was told of this slot's failures is over, and so is what its trial was about to fail for.
    if failed == running || trial != nil {
      next.failed = nil
      next.reason = nil
    }
    return next
  }

  /// The slot on trial is given up at the next boot, for this reason. Without a trial nothing changes.
  public func failing(_ reason: Reason) -> SlotEnvironment {
    guard trial != nil else { return self }
    var next = self
    next.tries = Self.maximumTries
    next.reason = reason
    return next
  }

  /// No slot is on trial any more; refused for the one that runs, which would otherwise boot unconfirmed next time.
  public func cancelling(running: Slot) throws(SlotError) -> SlotEnvironment {
    guard let trial else { return self }
    guard trial != running else { throw .onTrial(trial) }
    var next = self
    next.trial = nil
    next.tries = 0
    next.reason = failed == nil ? nil : reason
    return next
  }
}
