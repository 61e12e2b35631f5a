import Sodium
import Testing
import Vectors

@testable import Noise

/// What a handshake must refuse with a typed error, recorded and made up.
@Suite struct HandshakeRefusalTests {
  private static let recorded = Vectors.peerNet1.list("handshakes")[0]

  /// A recorded refusal without its frame and its ETF binary's header, or nil if it never gets this far.
  private static func body(_ refusal: Vector) -> [UInt8]? {
    let frame = refusal.bytes("bytes")
    guard frame.count >= 10, frame[4..<9] == [0x83, 0x6d, 0, 0, 0], Int(frame[9]) == frame.count - 10
    else { return nil }
    return [UInt8](frame[10...])
  }

  private static func initiator() throws -> InitiatorAwaitingM2 {
    var m1: [UInt8] = []
    return InitiatorAwaitingM2(
      transcript: .peerNet1, ephemeral: try keyPair(recorded.object("initiator_ephemeral")), message: &m1)
  }

  private static func responder(_ m1: [UInt8]) throws -> ResponderAwaitingM3 {
    var m2: [UInt8] = []
    return try ResponderAwaitingM1(
      transcript: .peerNet1, ephemeral: try keyPair(recorded.object("responder_ephemeral"))
    ).receive(m1, staticKey: try keyPair(recorded.object("responder_static")), message: &m2)
  }

  private static func answerM2(_ m2: [UInt8]) throws {
    _ = try initiator().receive(m2, staticKey: try keyPair(recorded.object("initiator_static")))
  }

  private static func answerM3(_ m3: [UInt8]) throws {
    _ = try responder(recorded.body("m1_frame")).receive(m3)
  }

  @Test(arguments: Vectors.peerNet1.list("handshake_refusals"))
  func recordedRefusals(_ refusal: Vector) throws {
    let name = refusal.text("case")
    guard let body = Self.body(refusal) else {
      // The frame or the term in it is wrong: the session refuses it before a handshake sees it.
      #expect(refusal.text("role") == "responder" && name.hasPrefix("M1"))
      return
    }
    let expected: NoiseError?
    switch name {
    case "M1 31-byte key", "M1 33-byte key", "M2 one byte short (reframed)", "M2 one byte long (reframed)",
      "M3 replaced by M1":
      expected = .peerSentMalformedMessage
    case "M1 all-zero public key (low order)", "M1 low-order point 1":
      expected = .peerSentLowOrderKey
    case "M2 last byte flipped", "M2 first byte of encrypted static flipped", "M2 ephemeral flipped",
      "M3 last byte flipped", "M3 encrypted static flipped":
      expected = .peerSentForgedMessage
    case "M2 from an untrusted responder", "M3 from an untrusted initiator":
      expected = nil  // Trust is the session's.
    default:
      Issue.record("nothing says what to expect of \(name)")
      return
    }
    let attempt = {
      switch (refusal.text("role"), name.prefix(2)) {
      case ("initiator", "M2"): try Self.answerM2(body)
      case ("responder", "M1"): _ = try Self.responder(body)
      default: try Self.answerM3(body)
      }
    }
    if let expected {
      #expect(throws: expected) { try attempt() }
    } else {
      try attempt()
    }
  }

  @Test func everyFlippedByteIsRefused() throws {
    let m2 = Self.recorded.body("m2_frame")
    for position in m2.indices {
      var forged = m2
      forged[position] ^= 1
      #expect(throws: NoiseError.peerSentForgedMessage) { try Self.answerM2(forged) }
    }
    let m3 = Self.recorded.body("m3_frame")
    for position in m3.indices {
      var forged = m3
      forged[position] ^= 1
      #expect(throws: NoiseError.peerSentForgedMessage) { try Self.answerM3(forged) }
    }
  }

  @Test func everyOtherLengthIsRefused() throws {
    for count in 0...200 {
      let garbage = [UInt8](repeating: 9, count: count)
      if count != 32 { #expect(throws: NoiseError.peerSentMalformedMessage) { _ = try Self.responder(garbage) } }
      if count != 96 { #expect(throws: NoiseError.peerSentMalformedMessage) { try Self.answerM2(garbage) } }
      if count != 64 { #expect(throws: NoiseError.peerSentMalformedMessage) { try Self.answerM3(garbage) } }
    }
  }

  @Test func theStandardTranscriptBoundsItsMessages() throws {
    let key = try keyPair(Self.recorded.object("responder_static"))
    for (count, error) in [
      (0, NoiseError.peerSentMalformedMessage), (31, .peerSentMalformedMessage), (65_536, .peerSentMalformedMessage),
      (65_535, nil), (32, nil),
    ] {
      let responder = ResponderAwaitingM1(
        transcript: .peerNet2, ephemeral: try keyPair(Self.recorded.object("responder_ephemeral")))
      var m2: [UInt8] = []
      let m1 = [UInt8](repeating: 9, count: count)
      do throws(NoiseError) {
        _ = try responder.receive(m1, staticKey: key, message: &m2)
        #expect(error == nil)
      } catch let thrown {
        #expect(thrown == error)
        #expect(m2.isEmpty)
      }
    }
  }

  @Test func lowOrderEphemeralKeysAreRefused() throws {
    for point in lowOrderPoints {
      #expect(throws: NoiseError.peerSentLowOrderKey) { _ = try Self.responder(point) }
      #expect(throws: NoiseError.peerSentLowOrderKey) {
        try Self.answerM2(point + [UInt8](repeating: 0, count: 64))
      }
    }
  }

  /// Whoever claims a static key of low order can prove it, since its shared secrets are known to all.
  @Test func lowOrderStaticKeysAreRefused() throws {
    for point in lowOrderPoints {
      var initiator = Handshake(.peerNet1, ephemeral: try keyPair(Self.recorded.object("initiator_ephemeral")))
      var responder = Handshake(.peerNet1, ephemeral: try keyPair(Self.recorded.object("responder_ephemeral")))
      let responderEphemeral = try keyPair(Self.recorded.object("responder_ephemeral"))
      let responderStatic = try keyPair(Self.recorded.object("responder_static"))
      var m1: [UInt8] = []
      initiator.writeM1(payload: [], to: &m1)
      let remoteEphemeral = try responder.readM1(m1).remoteEphemeral

      var hostile = SymmetricState(.peerNet1)
      hostile.mixHash(remoteEphemeral)
      hostile.mixHash(responderEphemeral.publicKey)
      try hostile.mixKey(responderEphemeral, remoteEphemeral)
      var hostileM2 = point
      try hostile.encryptAndHash(&hostileM2, from: 0)
      hostileM2 = responderEphemeral.publicKey.bytes + hostileM2 + [UInt8](repeating: 0, count: 16)
      #expect(throws: NoiseError.peerSentLowOrderKey) { try Self.answerM2(hostileM2) }

      var m2: [UInt8] = []
      try responder.writeM2(payload: [], remoteEphemeral: remoteEphemeral, staticKey: responderStatic, to: &m2)
      _ = try initiator.readM2(m2)
      var hostileM3 = point
      try initiator.symmetric.encryptAndHash(&hostileM3, from: 0)
      hostileM3 += [UInt8](repeating: 0, count: 16)
      #expect(throws: NoiseError.peerSentLowOrderKey) { try Self.answerM3(hostileM3) }
    }
  }

  @Test func differentTranscriptsDoNotMeet() throws {
    let key = try keyPair(Self.recorded.object("responder_static"))
    let transcripts: [Transcript] = [.peerNet1, .peerNet2, .standard(prologue: []), .standard(prologue: [0])]
    for (index, ours) in transcripts.enumerated() {
      for (otherIndex, theirs) in transcripts.enumerated() {
        var m1: [UInt8] = []
        let initiator = InitiatorAwaitingM2(
          transcript: ours, ephemeral: try keyPair(Self.recorded.object("initiator_ephemeral")), message: &m1)
        var m2: [UInt8] = []
        _ = try ResponderAwaitingM1(
          transcript: theirs, ephemeral: try keyPair(Self.recorded.object("responder_ephemeral"))
        ).receive(m1, staticKey: key, message: &m2)
        if index == otherIndex {
          _ = try initiator.receive(m2, staticKey: key)
        } else {
          do throws(NoiseError) {
            _ = try initiator.receive(m2, staticKey: key)
            Issue.record("transcripts \(ours) and \(theirs) met")
          } catch {
            #expect(error == .peerSentForgedMessage)
          }
        }
      }
    }
  }
}

/// Every public key whose shared secret with any private key is all zeros, with and without the ignored top bit.
let lowOrderPoints: [[UInt8]] = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].map(unhex).flatMap { point in
  var topBitSet = point
  topBitSet[31] |= 0x80
  return [point, topBitSet]
}
