/// What the handshake's hash starts from. It changes every encrypted byte.
public enum Transcript: Hashable, Sendable {
  /// PeerNet/1: neither the (empty) prologue nor M1's payload is mixed in, and no message carries a payload.
  case peerNet1
  /// `Noise_XX_25519_ChaChaPoly_SHA256` as specified. PeerNet/2's prologue is `Transcript.peerNet2`'s.
  case standard(prologue: [UInt8])

  /// PeerNet/2: the standard transcript with the nine bytes `PeerNet/2` as prologue.
  public static var peerNet2: Transcript { .standard(prologue: [UInt8]("PeerNet/2".utf8)) }
}
