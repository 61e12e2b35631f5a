import ETF
import Noise

/// Why a session must end, with the blame in the name. The wire shows none of this: the connection just closes.
public enum SessionError: Error, Hashable, Sendable {
  /// The peer announced a frame above the bound of its state.
  case oversizedFrame
  /// The first frame is neither wire's M1.
  case unknownWire
  /// The peer's handshake message is malformed, forged or carries a refused key.
  case peerFailedHandshake
  /// The peer's hello is not one.
  case peerSentBadHello
  /// A transport message does not open: forged, replayed or cut.
  case peerSentForgedMessage
  /// A transport message holds no envelope of the protocol.
  case peerSentBadEnvelope
  /// The counter of a direction is used up, or libsodium failed: ours to answer for.
  case weFailed
}
