import Sodium

/// What a finished handshake leaves: both directions' ciphers and who the peer is.
public struct Channel: ~Copyable, Sendable {
  /// Seals what this side sends.
  public var sender: CipherState
  /// Opens what the other side sent.
  public var receiver: CipherState
  /// Keys for use beside the channel, when the handshake was asked for them; whoever takes them leaves nil.
  public var derived: DerivedKeys?
  /// The peer's proven key.
  public let remoteStatic: PublicKey
  /// 32 bytes that both sides share and that name this session; not secret.
  public let handshakeHash: [UInt8]
  /// The peer's last handshake payload: M2's for an initiator, M3's for a responder.
  public let payload: [UInt8]

  init(initiator split: consuming SymmetricState.Split, remoteStatic: PublicKey, payload: [UInt8]) {
    handshakeHash = split.handshakeHash
    derived = split.derived
    sender = split.initiator
    receiver = split.responder
    self.remoteStatic = remoteStatic
    self.payload = payload
  }

  init(responder split: consuming SymmetricState.Split, remoteStatic: PublicKey, payload: [UInt8]) {
    handshakeHash = split.handshakeHash
    derived = split.derived
    sender = split.responder
    receiver = split.initiator
    self.remoteStatic = remoteStatic
    self.payload = payload
  }
}
