/// The two copies of `slot.env` as they were read from the disk.
///
/// A writer only ever overwrites the copy that is not in force: whatever a power cut leaves of it, the other one stands.
public struct SlotEnvironmentPair: Hashable, Sendable {
  private let first: SlotEnvironment?
  private let second: SlotEnvironment?

  /// Takes the bytes of each copy; a copy that cannot be decoded counts as none.
  public init(first: [UInt8], second: [UInt8]) {
    self.first = try? SlotEnvironment(decoding: first)
    self.second = try? SlotEnvironment(decoding: second)
  }

  /// Which copy is in force: the valid one with the higher generation, the first if they are equal; nil when neither is valid.
  public var copyInForce: DiskCopy? {
    guard let first else { return second == nil ? nil : .second }
    guard let second else { return .first }
    return second.generation > first.generation ? .second : .first
  }

  /// What is in force; nil when neither copy is valid.
  public var current: SlotEnvironment? {
    switch copyInForce {
    case .first: first
    case .second: second
    case nil: nil
    }
  }

  /// What to write so that `next` comes into force: the copy that is not, with the generation that follows.
  public func update(to next: SlotEnvironment) -> SlotEnvironmentUpdate {
    var environment = next
    // Decoded generations leave room for the next one.
    environment.generation = (current?.generation ?? 0) + 1
    return SlotEnvironmentUpdate(copy: copyInForce?.other ?? .first, environment: environment)
  }
}

/// A copy of `slot.env` to be written.
public struct SlotEnvironmentUpdate: Hashable, Sendable {
  /// Which copy it replaces.
  public let copy: DiskCopy
  /// What it says, with its generation.
  public let environment: SlotEnvironment

  /// Where it is written, in bytes from the start of the disk.
  public var offset: UInt64 { DiskLayout.slotEnvironment(copy).offset }
  /// The 4,096 bytes.
  public var bytes: [UInt8] { environment.encode() }
}
