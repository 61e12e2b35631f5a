import Foundation
import Sodium
import Testing
import Vectors

@testable import Noise

/// Bytes that independent implementations of the Noise specification made; `standard-transcript.py` says how.
@Suite struct StandardTranscriptTests {
  @Test(arguments: try recordings("standard-transcript.json"))
  func handshakeAndTransport(_ recorded: Recording) throws {
    let transcript = Transcript.standard(prologue: unhex(recorded.prologue))
    let initiatorStatic = try keyPair(privateKey: unhex(recorded.initiatorStatic))
    let responderStatic = try keyPair(privateKey: unhex(recorded.responderStatic))
    let initiatorEphemeral = try keyPair(privateKey: unhex(recorded.initiatorEphemeral))
    let responderEphemeral = try keyPair(privateKey: unhex(recorded.responderEphemeral))
    let payloads = recorded.messages.map { unhex($0.payload) }
    let messages = recorded.messages.map { unhex($0.message) }

    // A prefix shows that messages are appended.
    var m1: [UInt8] = [0xaa]
    let awaitingM2 = InitiatorAwaitingM2(
      transcript: transcript, ephemeral: initiatorEphemeral, payload: payloads[0], message: &m1)
    #expect(m1 == [0xaa] + messages[0])

    var m2: [UInt8] = [0xbb, 0xbb]
    let awaitingM3 = try ResponderAwaitingM1(transcript: transcript, ephemeral: responderEphemeral)
      .receive(messages[0], payload: payloads[1], staticKey: responderStatic, message: &m2)
    #expect(m2 == [0xbb, 0xbb] + messages[1])
    #expect(awaitingM3.payload == payloads[0])

    let sendingM3 = try awaitingM2.receive(messages[1], staticKey: initiatorStatic)
    #expect(sendingM3.payload == payloads[1])
    #expect(sendingM3.remoteStatic == responderStatic.publicKey)
    var m3: [UInt8] = [0xcc]
    var initiator = try sendingM3.finish(payload: payloads[2], staticKey: initiatorStatic, message: &m3)
    #expect(m3 == [0xcc] + messages[2])

    var responder = try awaitingM3.receive(messages[2])
    #expect(responder.payload == payloads[2])
    #expect(responder.remoteStatic == initiatorStatic.publicKey)
    #expect(initiator.handshakeHash == unhex(recorded.handshakeHash))
    #expect(responder.handshakeHash == unhex(recorded.handshakeHash))

    for message in recorded.transport {
      let plaintext = unhex(message.plaintext)
      let expected = unhex(message.message)
      var buffer: [UInt8] = [1, 2, 3] + plaintext
      let opened: Range<Int>
      if message.from == "initiator" {
        try initiator.sender.seal(&buffer, from: 3)
        #expect(buffer == [1, 2, 3] + expected)
        opened = try responder.receiver.open(&buffer, range: 3..<buffer.count)
      } else {
        try responder.sender.seal(&buffer, from: 3)
        #expect(buffer == [1, 2, 3] + expected)
        opened = try initiator.receiver.open(&buffer, range: 3..<buffer.count)
      }
      #expect(Array(buffer[opened]) == plaintext)
      #expect(Array(buffer[..<3]) == [1, 2, 3])
    }
  }

  /// The vector that several implementations publish for this protocol name, without a prologue.
  @Test func publishedVector() throws {
    let initiatorStatic = try keyPair(privateKey: [UInt8](0x00...0x1f))
    let responderStatic = try keyPair(privateKey: [UInt8](0x01...0x20))
    var m1: [UInt8] = []
    let awaitingM2 = InitiatorAwaitingM2(
      transcript: .standard(prologue: []), ephemeral: try keyPair(privateKey: [UInt8](0x20...0x3f)), message: &m1)
    #expect(hex(m1) == "358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254")
    var m2: [UInt8] = []
    let awaitingM3 = try ResponderAwaitingM1(
      transcript: .standard(prologue: []), ephemeral: try keyPair(privateKey: [UInt8](0x41...0x60))
    ).receive(m1, staticKey: responderStatic, message: &m2)
    #expect(
      hex(m2)
        == "64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d48466"
        + "3414af878d3e46a2f58911a816d6e8346d4ea17a6f2a0bb4ef4ed56c133cff45"
        + "60a34e36ea82109f26cf2e5a5caf992b608d55c747f615e5a3425a7a19eefb8f")
    var m3: [UInt8] = []
    var initiator = try awaitingM2.receive(m2, staticKey: initiatorStatic)
      .finish(staticKey: initiatorStatic, message: &m3)
    #expect(
      hex(m3)
        == "87f864c11ba449f46a0a4f4e2eacbb7b0457784f4fca1937f572c93603e9c4d9"
        + "7e5ea11b16f3968710b23a3be3202dc1b5e1ce3c963347491e74f5c0768a9b42")
    var responder = try awaitingM3.receive(m3)
    #expect(hex(initiator.handshakeHash) == "9542b10ef534ed52859a8be801ecec0a152d0e03d25fda532218079628357622")
    #expect(responder.handshakeHash == initiator.handshakeHash)

    var first = [UInt8]("yellowsubmarine".utf8)
    try initiator.sender.seal(&first, from: 0)
    #expect(hex(first) == "a52ef02ba60e12696d1d6b9ef4245c88fca757b6134ad6e76b56e310a6adf6")
    var second = [UInt8]("submarineyellow".utf8)
    try responder.sender.seal(&second, from: 0)
    #expect(hex(second) == "2445aa438ebd649281c636cc7269ca82f1d9023d72520943aeabf909cdf521")
  }

  @Test func enoughHandshakesAreRecorded() throws {
    let recordings = try recordings("standard-transcript.json")
    #expect(recordings.count >= 20)
    #expect(recordings.contains { $0.prologue == hex("PeerNet/2".utf8) && $0.messages.allSatisfy { $0.payload == "" } })
    #expect(recordings.contains { $0.prologue == hex("PeerNet/2".utf8) && $0.messages.contains { $0.payload != "" } })
    #expect(Transcript.peerNet2 == .standard(prologue: [UInt8]("PeerNet/2".utf8)))
  }
}

/// One handshake of `standard-transcript.json`.
struct Recording: Decodable, Sendable, CustomTestStringConvertible {
  struct Message: Decodable, Sendable {
    let payload: String
    let message: String
  }

  struct Transport: Decodable, Sendable {
    let from: String
    let plaintext: String
    let message: String
  }

  let number: Int
  let prologue: String
  let initiatorStatic: String
  let initiatorEphemeral: String
  let responderStatic: String
  let responderEphemeral: String
  let messages: [Message]
  let transport: [Transport]
  let handshakeHash: String

  var testDescription: String { "handshake \(number)" }
}

private func recordings(_ name: String) throws -> [Recording] {
  struct Document: Decodable {
    let handshakes: [Recording]
  }
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(name)
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  return try decoder.decode(Document.self, from: Data(contentsOf: file)).handshakes
}
