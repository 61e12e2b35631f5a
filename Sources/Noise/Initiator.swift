import Sodium

/// A dialler that has sent M1.
public struct InitiatorAwaitingM2: ~Copyable, Sendable {
  private var handshake: Handshake

  /// Appends M1 to `message`. The ephemeral key must be fresh. A payload goes in clear; PeerNet/1 has none, and
  /// passing one is a programmer's error, as is one that makes the message longer than 65,535 bytes.
  public init(
    transcript: Transcript, ephemeral: consuming KeyPair, payload: [UInt8] = [], message: inout [UInt8]
  ) {
    handshake = Handshake(transcript, ephemeral: ephemeral)
    handshake.writeM1(payload: payload, to: &message)
  }

  /// Takes the raw M2 and proves the responder's static key.
  public consuming func receive(
    _ m2: [UInt8], staticKey: borrowing KeyPair
  ) throws(NoiseError) -> InitiatorSendingM3 {
    var handshake = handshake
    let (remoteEphemeral, remoteStatic, payload) = try handshake.readM2(m2)
    return InitiatorSendingM3(
      handshake: handshake, remoteEphemeral: remoteEphemeral, remoteStatic: remoteStatic, payload: payload)
  }
}

/// A dialler that knows who answered and has not yet said who it is.
public struct InitiatorSendingM3: ~Copyable, Sendable {
  private var handshake: Handshake
  private let remoteEphemeral: PublicKey

  /// The responder's proven key.
  public let remoteStatic: PublicKey
  /// M2's.
  public let payload: [UInt8]

  fileprivate init(
    handshake: consuming Handshake, remoteEphemeral: PublicKey, remoteStatic: PublicKey, payload: [UInt8]
  ) {
    self.handshake = handshake
    self.remoteEphemeral = remoteEphemeral
    self.remoteStatic = remoteStatic
    self.payload = payload
  }

  /// Appends M3 to `message`. The payload's rules are `InitiatorAwaitingM2`'s, but it is encrypted. A label that is not
  /// empty derives keys for use beside the channel.
  public consuming func finish(
    payload: [UInt8] = [], staticKey: borrowing KeyPair, deriving label: [UInt8] = [], message: inout [UInt8]
  ) throws(NoiseError) -> Channel {
    var handshake = handshake
    try handshake.writeM3(
      payload: payload, remoteEphemeral: remoteEphemeral, staticKey: staticKey, to: &message)
    return Channel(
      initiator: handshake.split(as: .initiator, deriving: label), remoteStatic: remoteStatic, payload: self.payload)
  }
}
