/// Numbers that the protocol fixes. What we merely chose stands in `Limits`.
enum WireFormat {
  /// Bytes of a frame's length field (Protocol, Frame).
  static let header = 4
  /// The largest frame body.
  static let maximumFrame = 1_048_576
  /// The largest frame body before the peer is trusted.
  static let maximumHandshakeFrame = 1_024
  /// The Poly1305 tag at the end of every transport message.
  static let tag = 16
  /// The largest envelope that one PeerNet/1 frame can carry; PeerNet/2 keeps the same bound over all its chunks.
  static let maximumEnvelope = maximumFrame - tag
  /// The largest PeerNet/2 transport message, its tag included.
  static let maximumMessage = 65_535
  /// What one PeerNet/2 chunk carries besides its flag and its tag.
  static let maximumChunk = maximumMessage - tag - 1
  /// The raw M1 of both wires: one ephemeral key.
  static let m1 = 32
  /// PeerNet/2's prologue.
  static let prologue = Array("PeerNet/2".utf8)
  /// What the keys of probes are derived under (Protocol, Probe).
  static let probeLabel = Array("PeerNet/2 udp".utf8)
  /// A hello's bound.
  static let maximumHello = 1_024 - 96
  /// The largest nonce of a ping that we echo.
  static let maximumNonce = 1_024

  /// First plaintext byte of a PeerNet/2 transport message.
  enum Flag: UInt8 {
    /// The last (or only) chunk of an envelope.
    case last = 0
    /// More chunks of this envelope follow.
    case more = 1
    /// A whole ping, pong or bye, which may stand between the chunks of another envelope.
    case control = 2
  }
}
