import Sodium
import Testing
import Vectors

@testable import Noise

/// Transport messages: recorded ones replayed, and what must be refused.
@Suite struct ChannelTests {
  /// A channel of the recorded handshake that the recorded messages belong to.
  private static func ciphers() throws -> Ciphers {
    let handshake = Vectors.peerNet1.object("channel").text("handshake")
    let recorded = try #require(Vectors.peerNet1.list("handshakes").first { $0.text("name") == handshake })
    return Ciphers(
      initiator: recorded.object("initiator").bytes("tx_key"), responder: recorded.object("responder").bytes("tx_key"))
  }

  private struct Ciphers {
    let initiator: [UInt8]
    let responder: [UInt8]

    func fromInitiator(counter: UInt64 = 0) -> CipherState {
      CipherState(key: SecretKey(initiator)!, counter: counter)
    }

    func fromResponder(counter: UInt64 = 0) -> CipherState {
      CipherState(key: SecretKey(responder)!, counter: counter)
    }
  }

  @Test func recordedMessages() throws {
    let channel = Vectors.peerNet1.object("channel")
    let ciphers = try Self.ciphers()
    for recorded in channel.list("initiator_to_responder") {
      let counter = recorded.unsigned("counter")
      try replay(recorded, ciphers.fromInitiator(counter: counter), ciphers.fromInitiator(counter: counter))
    }
    for recorded in channel.list("responder_to_initiator") {
      let counter = recorded.unsigned("counter")
      try replay(recorded, ciphers.fromResponder(counter: counter), ciphers.fromResponder(counter: counter))
    }
  }

  private func replay(
    _ recorded: Vector, _ sender: consuming CipherState, _ receiver: consuming CipherState
  ) throws {
    let counter = recorded.unsigned("counter")
    var buffer = recorded.bytes("plaintext")
    try sender.seal(&buffer, from: 0)
    #expect(buffer == recorded.sealed("frame"))
    let opened = try receiver.open(&buffer, range: 0..<buffer.count)
    #expect(Array(buffer[opened]) == recorded.bytes("plaintext"))
    #expect(sender.counter == counter + 1)
    #expect(receiver.counter == counter + 1)
  }

  @Test func recordedMessagesInOneRun() throws {
    var receiver = try Self.ciphers().fromInitiator()
    for recorded in Vectors.peerNet1.object("channel").list("initiator_to_responder") {
      #expect(receiver.counter == recorded.unsigned("counter"))
      var buffer = recorded.bytes("frame")
      let opened = try receiver.open(&buffer, range: 4..<buffer.count)
      #expect(Array(buffer[opened]) == recorded.bytes("plaintext"))
    }
  }

  @Test func farCounters() throws {
    let ciphers = try Self.ciphers()
    var plaintext: [UInt8]?
    for recorded in Vectors.peerNet1.list("channel_far_counters") {
      let counter = recorded.unsigned("counter")
      var receiver = ciphers.fromInitiator(counter: counter)
      var buffer = recorded.sealed("frame")
      let opened = try receiver.open(&buffer, range: 0..<buffer.count)
      // `{ping, Nonce}`, the same in each.
      if let plaintext { #expect(Array(buffer[opened]) == plaintext) }
      plaintext = Array(buffer[opened])
      #expect(Array(buffer[opened].suffix(4)) == [79, 151, 215, 153])

      var sender = ciphers.fromInitiator(counter: counter)
      var sealed = try #require(plaintext)
      try sender.seal(&sealed, from: 0)
      #expect(sealed == recorded.sealed("frame"))
    }
    #expect(Vectors.peerNet1.list("channel_far_counters").contains { $0.unsigned("counter") == .max - 1 })
  }

  @Test func reservedCounterIsRefused() throws {
    let ciphers = try Self.ciphers()
    var sender = ciphers.fromInitiator(counter: .max - 1)
    var receiver = ciphers.fromInitiator(counter: .max - 1)
    var buffer: [UInt8] = [1, 2, 3]
    try sender.seal(&buffer, from: 0)
    _ = try receiver.open(&buffer, range: 0..<buffer.count)

    var untouched: [UInt8] = [UInt8](repeating: 9, count: 20)
    #expect(failure { () throws(NoiseError) in try sender.seal(&untouched, from: 0) } == .counterExhausted)
    #expect(
      failure { () throws(NoiseError) in _ = try receiver.open(&untouched, range: 0..<20) } == .counterExhausted)
    #expect(untouched == [UInt8](repeating: 9, count: 20))
    #expect(sender.counter == .max)
  }

  @Test(arguments: Vectors.peerNet1.list("channel_refusals"))
  func refusals(_ recorded: Vector) throws {
    var receiver = try Self.ciphers().fromInitiator()
    var buffer = recorded.bytes("body")
    let error = failure { () throws(NoiseError) in _ = try receiver.open(&buffer, range: 0..<buffer.count) }
    switch recorded.text("case") {
    case "tag flipped", "ciphertext flipped":
      #expect(error == .peerSentForgedMessage)
      #expect(receiver.counter == 0)
    case "empty body", "15-byte body":
      #expect(error == .peerSentMalformedMessage)
      #expect(receiver.counter == 0)
    case "16-byte body (sealed empty plaintext)":
      // What is sealed well is not ours to judge.
      #expect(error == nil)
      #expect(receiver.counter == 1)
    case let other:
      #expect(other.hasPrefix("sealed: "))
      #expect(error == nil)
    }
  }

  @Test func aFailureLeavesTheCounterAndTheRestOfTheBuffer() throws {
    let ciphers = try Self.ciphers()
    var sender = ciphers.fromInitiator()
    var receiver = ciphers.fromInitiator()
    var message: [UInt8] = [0xee] + [UInt8](0..<100)
    try sender.seal(&message, from: 1)
    for position in 1..<message.count {
      for bit in [UInt8(1), 0x80] {
        var forged = message + [0xdd]
        forged[position] ^= bit
        let error = failure { () throws(NoiseError) in
          _ = try receiver.open(&forged, range: 1..<message.count)
        }
        #expect(error == .peerSentForgedMessage)
        #expect(receiver.counter == 0)
        #expect(forged[0] == 0xee && forged[message.count] == 0xdd)
      }
    }
    let opened = try receiver.open(&message, range: 1..<message.count)
    #expect(Array(message[opened]) == [UInt8](0..<100))
    // Once only.
    var replayed: [UInt8] = message
    #expect(
      failure { () throws(NoiseError) in _ = try receiver.open(&replayed, range: 1..<replayed.count) }
        == .peerSentForgedMessage)
  }

  @Test func sealingReservedRoomDoesNotMoveTheBuffer() throws {
    var sender = try Self.ciphers().fromInitiator()
    var buffer = [UInt8](repeating: 5, count: 1000)
    buffer.reserveCapacity(1000 + CipherState.tagByteCount)
    let before = buffer.withUnsafeBytes { $0.baseAddress }
    try sender.seal(&buffer, from: 0)
    #expect(buffer.withUnsafeBytes { $0.baseAddress } == before)
    #expect(buffer.count == 1016)
  }
}
