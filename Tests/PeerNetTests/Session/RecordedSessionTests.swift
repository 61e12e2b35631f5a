import ETF
import Sodium
import Testing
import Vectors

@testable import Noise
@testable import PeerNet

/// What a BEAM peer recorded, byte for byte through whole sessions.
@Suite struct RecordedSessionTests {
  private static let vectors = Vectors.peerNet1
  private static var first: Vector { vectors.list("handshakes")[0] }

  private static func initiator(_ recorded: Vector) -> SessionFixture {
    SessionFixture(
      .initiator, identity: keyPair(recorded.object("initiator_static")),
      ephemeral: keyPair(recorded.object("initiator_ephemeral")))
  }

  private static func responder(_ recorded: Vector) -> SessionFixture {
    SessionFixture(
      .responder, identity: keyPair(recorded.object("responder_static")),
      ephemeral: keyPair(recorded.object("responder_ephemeral")))
  }

  private static func connect(_ recorded: Vector) throws -> (SessionFixture, SessionFixture) {
    let (initiator, responder) = (initiator(recorded), responder(recorded))
    let m1 = try initiator.output()
    #expect(m1 == recorded.bytes("m1_frame"))
    #expect(try responder.receive(m1) == nil)
    let m2 = try responder.output()
    #expect(m2 == recorded.bytes("m2_frame"))
    #expect(try initiator.receive(m2)?.key?.bytes == recorded.object("responder_static").bytes("public"))
    try initiator.admit()
    let m3 = try initiator.output()
    #expect(m3 == recorded.bytes("m3_frame"))
    #expect(try responder.receive(m3)?.key?.bytes == recorded.object("initiator_static").bytes("public"))
    try responder.admit()
    return (initiator, responder)
  }

  @Test(arguments: vectors.list("handshakes")) func handshakes(_ recorded: Vector) throws {
    let (initiator, responder) = try Self.connect(recorded)
    #expect(initiator.session.isEstablished && responder.session.isEstablished)
    #expect(initiator.session.wire == .one && responder.session.wire == .one)
  }

  /// In pieces of any size the same happens.
  @Test(arguments: [1, 3, 7]) func piecemeal(size: Int) throws {
    let recorded = Self.first
    let responder = Self.responder(recorded)
    for byte in recorded.bytes("m1_frame").dropLast() { #expect(try responder.receive([byte]) == nil) }
    #expect(try responder.output().isEmpty)
    _ = try responder.receive([recorded.bytes("m1_frame").last!])
    #expect(try responder.output() == recorded.bytes("m2_frame"))
    var proved: PublicKey?
    let m3 = recorded.bytes("m3_frame")
    for start in stride(from: 0, to: m3.count, by: size) {
      #expect(proved == nil)
      proved = try responder.receive(Array(m3[start..<min(start + size, m3.count)]))?.key
    }
    #expect(proved?.bytes == recorded.object("initiator_static").bytes("public"))
  }

  @Test(arguments: vectors.list("handshake_refusals")) func refusals(_ refusal: Vector) throws {
    let (name, recorded) = (refusal.text("case"), Self.first)
    let end = refusal.text("role") == "initiator" ? Self.initiator(recorded) : Self.responder(recorded)
    if name.hasPrefix("M3") { _ = try end.receive(recorded.bytes("m1_frame")) }
    if refusal.text("role") == "initiator" { _ = try end.output() }
    let attempt = { () throws(SessionError) in try end.receive(refusal.bytes("bytes")) }
    switch name {
    case "M1 raw 32 bytes, no ETF":
      // PeerNet/2's.
      #expect(try attempt() == nil)
      #expect(end.session.wire == .two)
      #expect(try end.output().count > 96)
    case "M1 three bytes only":
      #expect(try attempt() == nil)
      #expect(try end.output().isEmpty)
    case "M2 from an untrusted responder", "M3 from an untrusted initiator":
      // Proven; trust is the node's.
      let other = name.hasPrefix("M2") ? "responder_static" : "initiator_static"
      #expect(try attempt()?.key?.bytes == recorded.object(other).bytes("public"))
    case "M1 length 1048577", "M1 length 1048576, nothing more":
      #expect(throws: SessionError.oversizedFrame) { _ = try attempt() }
    case _ where name.hasPrefix("M1") && !name.contains("all-zero") && !name.contains("low-order"):
      #expect(throws: SessionError.unknownWire) { _ = try attempt() }
      #expect(try end.output().isEmpty)
    default:
      #expect(throws: SessionError.peerFailedHandshake) { _ = try attempt() }
    }
    #expect(!end.session.isEstablished)
  }

  /// Every recorded frame is sealed from the envelope that it opens to, and opens from the frame that we sealed.
  @Test func channel() throws {
    let channel = Self.vectors.object("channel")
    let (initiator, responder) = try Self.connect(Self.first)
    try replay(channel.list("initiator_to_responder"), from: initiator, to: responder)
    try replay(channel.list("responder_to_initiator"), from: responder, to: initiator)
  }

  private func replay(_ frames: [Vector], from sender: SessionFixture, to receiver: SessionFixture) throws {
    var counter: UInt64 = 0
    for recorded in frames {
      while counter < recorded.unsigned("counter") {
        // One frame was not recorded.
        #expect(try sender.session.send(.ping(nonce: [])))
        _ = try receiver.envelopes(sender.output())
        counter += 1
      }
      let envelope = try #require(try Envelope(decoding: recorded.bytes("plaintext").span, wire: .one))
      #expect(try sender.session.send(envelope))
      let frame = try sender.output()
      #expect(frame == recorded.bytes("frame"), "\(recorded.text("term"))")
      #expect(try receiver.envelopes(recorded.bytes("frame")) == [envelope])
      counter += 1
    }
  }

  @Test(arguments: vectors.list("channel_refusals")) func channelRefusals(_ refusal: Vector) throws {
    let (_, responder) = try Self.connect(Self.first)
    var frame: [UInt8] = []
    let start = Frame.begin(&frame)
    frame += refusal.bytes("body")
    Frame.finish(&frame, from: start)
    switch refusal.text("case") {
    case "tag flipped", "ciphertext flipped", "empty body", "15-byte body":
      #expect(throws: SessionError.peerSentForgedMessage) { try responder.envelopes(frame) }
    default:
      #expect(throws: SessionError.peerSentBadEnvelope) { try responder.envelopes(frame) }
    }
  }

  @Test func farCounters() throws {
    let key = Self.first.object("initiator").bytes("tx_key")
    for recorded in Self.vectors.list("channel_far_counters") {
      let counter = recorded.unsigned("counter")
      var frame = recorded.bytes("frame")
      var receiver = CipherState(key: SecretKey(key)!, counter: counter)
      var inbox = Inbox(wire: .one)
      let range = WireFormat.header..<frame.count
      let plaintext = try receiver.open(&frame, range: range)
      let incoming = try #require(try inbox.receive(frame, plaintext))
      guard case .ping(let nonce) = incoming.envelope else { throw SessionError.peerSentBadEnvelope }
      #expect(nonce.count == 16)

      var sender = CipherState(key: SecretKey(key)!, counter: counter)
      var outbox = Outbox(wire: .one, budget: 1_000, encoding: EncodingOptions(atoms: .latin1))
      #expect(try outbox.append(incoming.envelope, &sender))
      #expect(outbox.take() == recorded.bytes("frame"))
      if counter == .max - 1 {
        try outbox.drained(&sender)
        // The last counter is spent: nothing is ever sealed with a nonce twice.
        #expect(throws: SessionError.weFailed) { _ = try outbox.append(incoming.envelope, &sender) }
      }
    }
  }
}
