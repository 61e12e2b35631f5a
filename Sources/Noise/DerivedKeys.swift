import Sodium

/// A key for each direction, derived from a finished handshake under a label: independent of the channel's own keys.
public struct DerivedKeys: ~Copyable, Sendable {
  /// What this side seals with.
  public let sender: SecretKey
  /// What the other side sealed with.
  public let receiver: SecretKey

  /// A pair; each end has it the other way round.
  public init(sender: consuming SecretKey, receiver: consuming SecretKey) {
    self.sender = sender
    self.receiver = receiver
  }
}
