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

  /// HKDF(ck, label, 2), the initiator's first.
  init(from chainingKey: borrowing SecretKey, _ label: [UInt8], as side: SymmetricState.Side) {
    // The chaining key itself goes into the channel's keys and nowhere else.
    var initiator = chainingKey.withUnsafeBytes { SecretKey($0)! }
    let responder = label.span.withUnsafeBytes { HKDF.ratchet(&initiator, input: $0) }
    switch side {
    case .initiator: self.init(sender: initiator, receiver: responder)
    case .responder: self.init(sender: responder, receiver: initiator)
    }
  }
}
