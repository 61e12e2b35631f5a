import Sodium
import Testing
import Vectors

@testable import Noise

/// The PeerNet/1 handshakes that an Erlang/OTP peer recorded, both sides replayed.
@Suite struct RecordedHandshakeTests {
  static let handshakes = Vectors.peerNet1.list("handshakes")

  @Test(arguments: handshakes)
  func messagesAndKeys(recorded: Vector) throws {
    let initiatorStatic = try keyPair(recorded.object("initiator_static"))
    let responderStatic = try keyPair(recorded.object("responder_static"))

    var m1: [UInt8] = []
    let awaitingM2 = InitiatorAwaitingM2(
      transcript: .peerNet1, ephemeral: try keyPair(recorded.object("initiator_ephemeral")), message: &m1)
    #expect(m1 == recorded.body("m1_frame"))

    var m2: [UInt8] = []
    let awaitingM3 = try ResponderAwaitingM1(
      transcript: .peerNet1, ephemeral: try keyPair(recorded.object("responder_ephemeral"))
    ).receive(m1, staticKey: responderStatic, message: &m2)
    #expect(m2 == recorded.body("m2_frame"))

    let sendingM3 = try awaitingM2.receive(m2, staticKey: initiatorStatic)
    #expect(sendingM3.remoteStatic == responderStatic.publicKey)
    var m3: [UInt8] = []
    let initiator = try sendingM3.finish(staticKey: initiatorStatic, message: &m3)
    #expect(m3 == recorded.body("m3_frame"))
    let responder = try awaitingM3.receive(m3)

    expect(initiator, has: recorded.object("initiator"), remote: responderStatic.publicKey)
    expect(responder, has: recorded.object("responder"), remote: initiatorStatic.publicKey)
    #expect(initiator.handshakeHash == recorded.bytes("handshake_hash"))
    #expect(responder.handshakeHash == recorded.bytes("handshake_hash"))
  }

  private func expect(_ channel: borrowing Channel, has keys: Vector, remote: PublicKey) {
    #expect(bytes(channel.sender.key) == keys.bytes("tx_key"))
    #expect(bytes(channel.receiver.key) == keys.bytes("rx_key"))
    #expect(channel.sender.counter == 0)
    #expect(channel.receiver.counter == 0)
    #expect(channel.remoteStatic == remote)
    #expect(channel.payload == [])
  }

  @Test(arguments: handshakes)
  func everyStateInBetween(recorded: Vector) throws {
    let states = recorded.object("states")
    let initiatorStatic = try keyPair(recorded.object("initiator_static"))
    let responderStatic = try keyPair(recorded.object("responder_static"))
    var initiator = Handshake(.peerNet1, ephemeral: try keyPair(recorded.object("initiator_ephemeral")))
    var responder = Handshake(.peerNet1, ephemeral: try keyPair(recorded.object("responder_ephemeral")))
    #expect(snapshot(initiator.symmetric) == Snapshot(states.object("init")))
    #expect(snapshot(responder.symmetric) == Snapshot(states.object("init")))

    var m1: [UInt8] = []
    initiator.writeM1(payload: [], to: &m1)
    #expect(snapshot(initiator.symmetric) == Snapshot(states.object("initiator_after_m1")))

    let remote = try responder.readM1(m1)
    var m2: [UInt8] = []
    try responder.writeM2(
      payload: [], remoteEphemeral: remote.remoteEphemeral, staticKey: responderStatic, to: &m2)
    #expect(snapshot(responder.symmetric) == Snapshot(states.object("responder_after_m2")))

    let answered = try initiator.readM2(m2)
    #expect(snapshot(initiator.symmetric) == Snapshot(states.object("responder_after_m2")))
    var m3: [UInt8] = []
    try initiator.writeM3(
      payload: [], remoteEphemeral: answered.remoteEphemeral, staticKey: initiatorStatic, to: &m3)
    #expect(snapshot(initiator.symmetric) == Snapshot(states.object("initiator_after_m3")))
    _ = try responder.readM3(m3)
    #expect(snapshot(responder.symmetric) == Snapshot(states.object("responder_after_m3")))
    #expect(snapshot(responder.symmetric).chainingKey == recorded.text("final_ck"))
  }
}

private struct Snapshot: Equatable {
  let hash: String
  let chainingKey: String
  let key: String?
  let counter: UInt64

  init(_ recorded: Vector) {
    hash = recorded.text("h")
    chainingKey = recorded.text("ck")
    key = recorded.has("k") ? recorded.text("k") : nil
    counter = recorded.unsigned("n")
  }

  init(hash: String, chainingKey: String, key: String?, counter: UInt64) {
    self.hash = hash
    self.chainingKey = chainingKey
    self.key = key
    self.counter = counter
  }
}

private func snapshot(_ state: borrowing SymmetricState) -> Snapshot {
  let hash = hex(state.hash.bytes)
  let chainingKey = hex(bytes(state.chainingKey))
  switch state.cipher {
  case .none:
    return Snapshot(hash: hash, chainingKey: chainingKey, key: nil, counter: 0)
  case .some(let cipher):
    return Snapshot(hash: hash, chainingKey: chainingKey, key: hex(bytes(cipher.key)), counter: cipher.counter)
  }
}
