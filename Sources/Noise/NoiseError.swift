/// Why a handshake or a channel ended. The wire shows none of it.
public enum NoiseError: Error, Hashable, Sendable {
  /// The peer sent a message that is too short, too long, or carries a payload where none is allowed.
  case peerSentMalformedMessage
  /// The peer sent a public key whose shared secret with any private key is all zeros.
  case peerSentLowOrderKey
  /// The peer sent a message that does not decrypt: forged, damaged, replayed, or out of order.
  case peerSentForgedMessage
  /// We used up the 2^64 - 1 messages of one direction; the last counter is reserved.
  case counterExhausted
}
