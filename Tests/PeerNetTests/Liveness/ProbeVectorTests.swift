import Noise
import Sodium
import Testing

@testable import PeerNet

/// The bytes of `probe-vector.py`, which shares no code with us.
@Suite struct ProbeVectorTests {
  /// Both ends of the same handshake as there, and the keys beside it.
  private final class Ends {
    var initiator: Channel
    var responder: Channel

    init(deriving label: [UInt8]) throws {
      var (m1, m2, m3): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
      let awaitingM2 = InitiatorAwaitingM2(transcript: .peerNet2, ephemeral: keyPair(3), message: &m1)
      let awaitingM3 = try ResponderAwaitingM1(transcript: .peerNet2, ephemeral: keyPair(4))
        .receive(m1, staticKey: keyPair(2), message: &m2)
      let sendingM3 = try awaitingM2.receive(m2, staticKey: keyPair(1))
      initiator = try sendingM3.finish(staticKey: keyPair(1), deriving: label, message: &m3)
      responder = try awaitingM3.receive(m3, deriving: label)
    }

    var haveKeys: [Bool] { [initiator.derived != nil, responder.derived != nil] }
    func isSender(_ key: [UInt8]) -> Bool { initiator.derived?.sender.equals(SecretKey(key)!) ?? false }
    func isReceiver(_ key: [UInt8]) -> Bool { initiator.derived?.receiver.equals(SecretKey(key)!) ?? false }
  }

  @Test func theVectorIsWhatWeSend() throws {
    let ends = try Ends(deriving: WireFormat.probeLabel)
    #expect(ends.isSender(bytes("a19e7e5eadfcbd6d46f451b6cdd3de7a4b022bd90593c5ace2e30387adedb89b")))
    #expect(ends.isReceiver(bytes("b3f3160dbff2a74671193ff9ccf9f993bc0224eea5a0d9fffaf34283991cddf9")))
    var dialler = ends.initiator.takeProbes(port: 1)
    var listener = ends.responder.takeProbes(port: 2)
    let challenge = dialler!.seal(.init(kind: .challenge, number: 7, received: 300))
    #expect(
      challenge
        == bytes(
          "a631f22d96b6b4f20000000000000001180e1734e6c7997507a296ef59d305ceb860c3279499f77fe97a76e438140ac950"))
    let asked = listener!.open(challenge)
    #expect(asked == .init(kind: .challenge, number: 7, received: 300))
    let echo = listener!.seal(.init(kind: .echo, number: 7, received: 70_000))
    #expect(
      echo
        == bytes(
          "a631f22d96b6b4f20000000000000001a9e078c1f491ac693ee986729dd0990521d126953939a6e4d8f21d659d9616b261"))
    let answer = dialler!.open(echo)
    #expect(answer == .init(kind: .echo, number: 7, received: 70_000))
    // What was taken is not there any more.
    #expect(ends.haveKeys == [false, false])
  }

  @Test func noKeysAreDerivedUnlessAskedFor() throws {
    #expect(try Ends(deriving: []).haveKeys == [false, false])
    #expect(try Ends(deriving: [1]).haveKeys == [true, true])
  }

  private func bytes(_ hex: String) -> [UInt8] {
    var digits = hex.utf8.map { UInt8(String(UnicodeScalar($0)), radix: 16)! }[...]
    var bytes: [UInt8] = []
    while let high = digits.popFirst(), let low = digits.popFirst() { bytes.append(high << 4 | low) }
    return bytes
  }
}
