import Sodium

/// A listener that has accepted a connection.
public struct ResponderAwaitingM1: ~Copyable, Sendable {
  private var handshake: Handshake

  /// The ephemeral key must be fresh.
  public init(transcript: Transcript, ephemeral: consuming KeyPair) {
    handshake = Handshake(transcript, ephemeral: ephemeral)
  }

  /// Takes the raw M1 and appends M2 to `message`. The payload is encrypted, but to nobody in particular yet;
  /// PeerNet/1 has none, and passing one is a programmer's error, as is one that makes M2 longer than 65,535 bytes.
  public consuming func receive(
    _ m1: [UInt8], payload: [UInt8] = [], staticKey: borrowing KeyPair, message: inout [UInt8]
  ) throws(NoiseError) -> ResponderAwaitingM3 {
    var handshake = handshake
    let (remoteEphemeral, m1Payload) = try handshake.readM1(m1)
    try handshake.writeM2(
      payload: payload, remoteEphemeral: remoteEphemeral, staticKey: staticKey, to: &message)
    return ResponderAwaitingM3(handshake: handshake, payload: m1Payload)
  }
}

/// A listener that has sent M2 and does not yet know who dialled.
public struct ResponderAwaitingM3: ~Copyable, Sendable {
  private var handshake: Handshake

  /// M1's, which nobody has vouched for.
  public let payload: [UInt8]

  fileprivate init(handshake: consuming Handshake, payload: [UInt8]) {
    self.handshake = handshake
    self.payload = payload
  }

  /// Takes the raw M3 and proves the initiator's static key. Our own has done its part in M2. A label that is not empty
  /// derives keys for use beside the channel.
  public consuming func receive(_ m3: [UInt8], deriving label: [UInt8] = []) throws(NoiseError) -> Channel {
    var handshake = handshake
    let (remoteStatic, payload) = try handshake.readM3(m3)
    return Channel(
      responder: handshake.split(as: .responder, deriving: label), remoteStatic: remoteStatic, payload: payload)
  }
}
